"""The example: says hello, and says who it is."""

import json

import boto3


def handler(event, context):
    identity = boto3.client("sts").get_caller_identity()
    print(json.dumps({"greeting": event.get("name", "world")}))
    return {"message": f"Hello, {event.get('name', 'world')}!", "i_am": identity["Arn"]}
