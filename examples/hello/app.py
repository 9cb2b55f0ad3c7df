"""The example: says hello, and says who it is."""

import json

import boto3


def handler(event, context):
    name = (event.get("queryStringParameters") or event).get("name", "world")
    answer = {"message": f"Hello, {name}!", "i_am": boto3.client("sts").get_caller_identity()["Arn"]}
    print(json.dumps({"greeting": name}))
    if "requestContext" in event:  # it came over HTTP: API Gateway or a function URL
        return {
            "statusCode": 200,
            "headers": {"content-type": "application/json"},
            "body": json.dumps(answer),
        }
    return answer
