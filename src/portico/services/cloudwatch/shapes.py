"""Shapes of the implemented operations of cloudwatch. Written by scripts/shapes from botocore's model; do not edit."""

from typing import NotRequired, TypedDict


class Datapoint(TypedDict):
    Timestamp: NotRequired[float]
    SampleCount: NotRequired[float]
    Average: NotRequired[float]
    Sum: NotRequired[float]
    Minimum: NotRequired[float]
    Maximum: NotRequired[float]
    Unit: NotRequired[str]
    ExtendedStatistics: NotRequired[dict[str, float]]


class Dimension(TypedDict):
    Name: str
    Value: str


class DimensionFilter(TypedDict):
    Name: str
    Value: NotRequired[str]


class Entity(TypedDict):
    KeyAttributes: NotRequired[dict[str, str]]
    Attributes: NotRequired[dict[str, str]]


class EntityMetricData(TypedDict):
    Entity: NotRequired["Entity"]
    MetricData: NotRequired[list["MetricDatum"]]


class GetMetricDataInput(TypedDict):
    MetricDataQueries: list["MetricDataQuery"]
    StartTime: float
    EndTime: float
    NextToken: NotRequired[str]
    ScanBy: NotRequired[str]
    MaxDatapoints: NotRequired[int]
    LabelOptions: NotRequired["LabelOptions"]


class GetMetricDataOutput(TypedDict):
    MetricDataResults: NotRequired[list["MetricDataResult"]]
    NextToken: NotRequired[str]
    Messages: NotRequired[list["MessageData"]]


class GetMetricStatisticsInput(TypedDict):
    Namespace: str
    MetricName: str
    Dimensions: NotRequired[list["Dimension"]]
    StartTime: float
    EndTime: float
    Period: int
    Statistics: NotRequired[list[str]]
    ExtendedStatistics: NotRequired[list[str]]
    Unit: NotRequired[str]


class GetMetricStatisticsOutput(TypedDict):
    Label: NotRequired[str]
    Datapoints: NotRequired[list["Datapoint"]]


class LabelOptions(TypedDict):
    Timezone: NotRequired[str]


class ListMetricsInput(TypedDict):
    Namespace: NotRequired[str]
    MetricName: NotRequired[str]
    Dimensions: NotRequired[list["DimensionFilter"]]
    NextToken: NotRequired[str]
    RecentlyActive: NotRequired[str]
    IncludeLinkedAccounts: NotRequired[bool]
    OwningAccount: NotRequired[str]


class ListMetricsOutput(TypedDict):
    Metrics: NotRequired[list["Metric"]]
    NextToken: NotRequired[str]
    OwningAccounts: NotRequired[list[str]]


class MessageData(TypedDict):
    Code: NotRequired[str]
    Value: NotRequired[str]


class Metric(TypedDict):
    Namespace: NotRequired[str]
    MetricName: NotRequired[str]
    Dimensions: NotRequired[list["Dimension"]]


class MetricDataQuery(TypedDict):
    Id: str
    MetricStat: NotRequired["MetricStat"]
    Expression: NotRequired[str]
    Label: NotRequired[str]
    ReturnData: NotRequired[bool]
    Period: NotRequired[int]
    AccountId: NotRequired[str]


class MetricDataResult(TypedDict):
    Id: NotRequired[str]
    Label: NotRequired[str]
    Timestamps: NotRequired[list[float]]
    Values: NotRequired[list[float]]
    StatusCode: NotRequired[str]
    Messages: NotRequired[list["MessageData"]]


class MetricDatum(TypedDict):
    MetricName: str
    Dimensions: NotRequired[list["Dimension"]]
    Timestamp: NotRequired[float]
    Value: NotRequired[float]
    StatisticValues: NotRequired["StatisticSet"]
    Values: NotRequired[list[float]]
    Counts: NotRequired[list[float]]
    Unit: NotRequired[str]
    StorageResolution: NotRequired[int]


class MetricStat(TypedDict):
    Metric: "Metric"
    Period: int
    Stat: str
    Unit: NotRequired[str]


class PutMetricDataInput(TypedDict):
    Namespace: str
    MetricData: NotRequired[list["MetricDatum"]]
    EntityMetricData: NotRequired[list["EntityMetricData"]]
    StrictEntityValidation: NotRequired[bool]


class StatisticSet(TypedDict):
    SampleCount: float
    Sum: float
    Minimum: float
    Maximum: float


GetMetricDataRequest = GetMetricDataInput


GetMetricDataResponse = GetMetricDataOutput


GetMetricStatisticsRequest = GetMetricStatisticsInput


GetMetricStatisticsResponse = GetMetricStatisticsOutput


ListMetricsRequest = ListMetricsInput


ListMetricsResponse = ListMetricsOutput


PutMetricDataRequest = PutMetricDataInput
