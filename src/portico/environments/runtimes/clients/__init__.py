"""Java, Ruby and .NET: functions that run on AWS's own runtime interface clients, where these are installed."""
