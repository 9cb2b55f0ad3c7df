"""The services that have a role of their own, and what that role is called.

Source: IAM User Guide, "AWS services that work with IAM"; role and policy names as IAM shows them.
"""

import msgspec


class ServiceRole(msgspec.Struct, frozen=True, gc=False):
    """A service's role: its name after `AWSServiceRoleFor`, the AWS-managed policy that it has, its description, and whether
    there may be several, told apart by a suffix."""

    short_name: str
    policy: str
    description: str = ""
    several: bool = False

    @property
    def name(self) -> str:
        """The role's name."""
        return f"AWSServiceRoleFor{self.short_name}"

    @property
    def policy_arn(self) -> str:
        """The ARN of its policy."""
        return f"arn:aws:iam::aws:policy/aws-service-role/{self.policy}"


SERVICE_ROLES = {
    "accountdiscovery.ssm.amazonaws.com": ServiceRole(
        "AmazonSSM_AccountDiscovery", "AWSSystemsManagerAccountDiscoveryServicePolicy"
    ),
    "acm.amazonaws.com": ServiceRole("CertificateManager", "CertificateManagerServiceRolePolicy"),
    "appmesh.amazonaws.com": ServiceRole("AppMesh", "AWSAppMeshServiceRolePolicy"),
    "autoscaling-plans.amazonaws.com": ServiceRole(
        "AutoScalingPlans_EC2AutoScaling", "AWSAutoScalingPlansEC2AutoScalingPolicy"
    ),
    "autoscaling.amazonaws.com": ServiceRole("AutoScaling", "AutoScalingServiceRolePolicy", several=True),
    "backup.amazonaws.com": ServiceRole("Backup", "AWSBackupServiceLinkedRolePolicyForBackup"),
    "batch.amazonaws.com": ServiceRole("Batch", "BatchServiceRolePolicy"),
    "cassandra.application-autoscaling.amazonaws.com": ServiceRole(
        "ApplicationAutoScaling_CassandraTable", "AWSApplicationAutoscalingCassandraTablePolicy"
    ),
    "cks.kms.amazonaws.com": ServiceRole(
        "KeyManagementServiceCustomKeyStores", "AWSKeyManagementServiceCustomKeyStoresServiceRolePolicy"
    ),
    "cloudtrail.amazonaws.com": ServiceRole("CloudTrail", "CloudTrailServiceRolePolicy"),
    "codestar-notifications.amazonaws.com": ServiceRole(
        "CodeStarNotifications", "AWSCodeStarNotificationsServiceRolePolicy"
    ),
    "config.amazonaws.com": ServiceRole("Config", "AWSConfigServiceRolePolicy"),
    "connect.amazonaws.com": ServiceRole(
        "AmazonConnect", "AmazonConnectServiceLinkedRolePolicy", several=True
    ),
    "dms-fleet-advisor.amazonaws.com": ServiceRole("DMSFleetAdvisor", "AWSDMSFleetAdvisorServiceRolePolicy"),
    "dms.amazonaws.com": ServiceRole("DMSServerless", "AWSDMSServerlessServiceRolePolicy"),
    "docdb-elastic.amazonaws.com": ServiceRole("DocDB-Elastic", "AmazonDocDB-ElasticServiceRolePolicy"),
    "dynamodb.application-autoscaling.amazonaws.com": ServiceRole(
        "ApplicationAutoScaling_DynamoDBTable", "AWSApplicationAutoscalingDynamoDBTablePolicy"
    ),
    "ec2-instance-connect.amazonaws.com": ServiceRole("Ec2InstanceConnect", "Ec2InstanceConnectEndpoint"),
    "ec2.application-autoscaling.amazonaws.com": ServiceRole(
        "ApplicationAutoScaling_EC2SpotFleetRequest", "AWSApplicationAutoscalingEC2SpotFleetRequestPolicy"
    ),
    "ecr.amazonaws.com": ServiceRole("ECRTemplate", "ECRTemplateServiceRolePolicy"),
    "ecs.amazonaws.com": ServiceRole("ECS", "AmazonECSServiceRolePolicy"),
    "ecs.application-autoscaling.amazonaws.com": ServiceRole(
        "ApplicationAutoScaling_ECSService", "AWSApplicationAutoscalingECSServicePolicy"
    ),
    "eks-connector.amazonaws.com": ServiceRole("AmazonEKSConnector", "AmazonEKSConnectorServiceRolePolicy"),
    "eks-fargate.amazonaws.com": ServiceRole("AmazonEKSForFargate", "AmazonEKSForFargateServiceRolePolicy"),
    "eks-nodegroup.amazonaws.com": ServiceRole("AmazonEKSNodegroup", "AWSServiceRoleForAmazonEKSNodegroup"),
    "eks.amazonaws.com": ServiceRole("AmazonEKS", "AmazonEKSServiceRolePolicy"),
    "elasticache.amazonaws.com": ServiceRole("ElastiCache", "ElastiCacheServiceRolePolicy"),
    "elasticbeanstalk.amazonaws.com": ServiceRole("ElasticBeanstalk", "AWSElasticBeanstalkServiceRolePolicy"),
    "elasticfilesystem.amazonaws.com": ServiceRole(
        "AmazonElasticFileSystem", "AmazonElasticFileSystemServiceRolePolicy"
    ),
    "elasticloadbalancing.amazonaws.com": ServiceRole(
        "ElasticLoadBalancing", "AWSElasticLoadBalancingServiceRolePolicy"
    ),
    "email.cognito-idp.amazonaws.com": ServiceRole(
        "AmazonCognitoIdpEmailService", "AmazonCognitoIdpEmailServiceRolePolicy"
    ),
    "emr-containers.amazonaws.com": ServiceRole(
        "AmazonEMRContainers", "AmazonEMRContainersServiceRolePolicy"
    ),
    "emrwal.amazonaws.com": ServiceRole("EMRWAL", "EMRDescribeClusterPolicyForEMRWAL"),
    "events.amazonaws.com": ServiceRole("CloudWatchEvents", "CloudWatchEventsServiceRolePolicy"),
    "fis.amazonaws.com": ServiceRole("FIS", "AmazonFISServiceRolePolicy"),
    "grafana.amazonaws.com": ServiceRole("AmazonGrafana", "AmazonGrafanaServiceLinkedRolePolicy"),
    "imagebuilder.amazonaws.com": ServiceRole("ImageBuilder", "AWSServiceRoleForImageBuilder"),
    "iotmanagedintegrations.amazonaws.com": ServiceRole(
        "IoTManagedIntegrations", "AWSIoTManagedIntegrationsRolePolicy"
    ),
    "kafka.amazonaws.com": ServiceRole("Kafka", "KafkaServiceRolePolicy"),
    "kafkaconnect.amazonaws.com": ServiceRole("KafkaConnect", "KafkaConnectServiceRolePolicy"),
    "lakeformation.amazonaws.com": ServiceRole(
        "LakeFormationDataAccess", "LakeFormationDataAccessServiceRolePolicy"
    ),
    "lambda.application-autoscaling.amazonaws.com": ServiceRole(
        "ApplicationAutoScaling_LambdaConcurrency", "AWSApplicationAutoscalingLambdaConcurrencyPolicy"
    ),
    "lex.amazonaws.com": ServiceRole("LexBots", "AmazonLexBotPolicy"),
    "lexv2.amazonaws.com": ServiceRole("LexV2Bots", "AmazonLexV2BotPolicy", several=True),
    "lightsail.amazonaws.com": ServiceRole("Lightsail", "LightsailExportAccess"),
    "logger.cloudfront.amazonaws.com": ServiceRole("CloudFrontLogger", "AWSCloudFrontLogger"),
    "m2.amazonaws.com": ServiceRole("AWSM2", "AWSM2ServicePolicy"),
    "memorydb.amazonaws.com": ServiceRole("MemoryDB", "MemoryDBServiceRolePolicy"),
    "mq.amazonaws.com": ServiceRole("AmazonMQ", "AmazonMQServiceRolePolicy"),
    "mrk.kms.amazonaws.com": ServiceRole(
        "KeyManagementServiceMultiRegionKeys", "AWSKeyManagementServiceMultiRegionKeysServiceRolePolicy"
    ),
    "notifications.amazonaws.com": ServiceRole(
        "AwsUserNotifications", "AWSUserNotificationsServiceLinkedRolePolicy"
    ),
    "observability.aoss.amazonaws.com": ServiceRole(
        "AmazonOpenSearchServerless", "AmazonOpenSearchServerlessServiceRolePolicy"
    ),
    "opensearchservice.amazonaws.com": ServiceRole(
        "AmazonOpenSearchService", "AmazonOpenSearchServiceRolePolicy"
    ),
    "ops.apigateway.amazonaws.com": ServiceRole("APIGateway", "APIGatewayServiceRolePolicy"),
    "ops.emr-serverless.amazonaws.com": ServiceRole(
        "AmazonEMRServerless", "AmazonEMRServerlessServiceRolePolicy"
    ),
    "opsdatasync.ssm.amazonaws.com": ServiceRole(
        "SystemsManagerOpsDataSync", "AWSSystemsManagerOpsDataSyncServiceRolePolicy"
    ),
    "opsinsights.ssm.amazonaws.com": ServiceRole(
        "AmazonSSM_OpsInsights", "AWSSSMOpsInsightsServiceRolePolicy"
    ),
    "pullthroughcache.ecr.amazonaws.com": ServiceRole(
        "ECRPullThroughCache", "AWSECRPullThroughCache_ServiceRolePolicy"
    ),
    "ram.amazonaws.com": ServiceRole("ResourceAccessManager", "AWSResourceAccessManagerServiceRolePolicy"),
    "rds.amazonaws.com": ServiceRole(
        "RDS", "AmazonRDSServiceRolePolicy", "Allows Amazon RDS to manage AWS resources on your behalf"
    ),
    "redshift.amazonaws.com": ServiceRole("Redshift", "AmazonRedshiftServiceLinkedRolePolicy"),
    "replication.cassandra.amazonaws.com": ServiceRole(
        "KeyspacesReplication", "KeyspacesReplicationServiceRolePolicy"
    ),
    "replication.ecr.amazonaws.com": ServiceRole("ECRReplication", "ECRReplicationServiceRolePolicy"),
    "replicator.lambda.amazonaws.com": ServiceRole("LambdaReplicator", "AWSLambdaReplicator"),
    "repository.sync.codeconnections.amazonaws.com": ServiceRole("GitSync", "AWSGitSyncServiceRolePolicy"),
    "resource-explorer-2.amazonaws.com": ServiceRole(
        "ResourceExplorer", "AWSResourceExplorerServiceRolePolicy"
    ),
    "rolesanywhere.amazonaws.com": ServiceRole("RolesAnywhere", "AWSRolesAnywhereServicePolicy"),
    "s3-outposts.amazonaws.com": ServiceRole("S3OnOutposts", "AWSS3OnOutpostsServiceRolePolicy"),
    "ses.amazonaws.com": ServiceRole("AmazonSES", "AmazonSESServiceRolePolicy"),
    "shield.amazonaws.com": ServiceRole("AWSShield", "AWSShieldServiceRolePolicy"),
    "ssm-incidents.amazonaws.com": ServiceRole("IncidentManager", "AWSIncidentManagerServiceRolePolicy"),
    "ssm-quicksetup.amazonaws.com": ServiceRole("SSMQuickSetup", "SSMQuickSetupRolePolicy"),
    "ssm.amazonaws.com": ServiceRole(
        "AmazonSSM",
        "AmazonSSMServiceRolePolicy",
        "Provides access to AWS Resources managed or used by Amazon SSM.",
    ),
    "sso.amazonaws.com": ServiceRole(
        "SSO",
        "AWSSSOServiceRolePolicy",
        "Service-linked role used by AWS SSO to manage AWS resources, including IAM roles, policies and SAML IdP on your behalf.",
    ),
    "vpcorigin.cloudfront.amazonaws.com": ServiceRole(
        "CloudFrontVPCOrigin", "AWSCloudFrontVPCOriginServiceRolePolicy"
    ),
    "waf.amazonaws.com": ServiceRole("WAFLogging", "WAFLoggingServiceRolePolicy"),
    "wafv2.amazonaws.com": ServiceRole("WAFV2Logging", "WAFV2LoggingServiceRolePolicy"),
}
