'use strict';
// The `context` argument of a handler.
// Source: Lambda Developer Guide, "Using the Lambda context object to retrieve Node.js function information".

const { Fault } = require('./faults.cjs');

let surroundings = {};

/** Take the members that are the same for every invocation from the environment's variables. */
function settle(variables) {
  surroundings = {
    functionVersion: variables.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: variables.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: variables.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: variables.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: variables.AWS_LAMBDA_LOG_STREAM_NAME,
  };
}

/** The context of an invocation: `own`, the members of how the handler answers, with all others. */
function complete(own, { requestId, invokedArn, deadlineMs, clientContext, identityId, identityPoolId }) {
  const identity = { cognitoIdentityId: identityId, cognitoIdentityPoolId: identityPoolId };
  return Object.assign(own, surroundings, {
    clientContext: parsed(clientContext),
    identity: identityId || identityPoolId ? identity : undefined,
    invokedFunctionArn: invokedArn,
    awsRequestId: requestId,
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  });
}

function parsed(clientContext) {
  if (!clientContext) return undefined;
  try {
    return JSON.parse(clientContext);
  } catch (error) {
    throw new Fault('PlatformError', `Failed to parse lambda-runtime-client-context as JSON: ${error.message}`);
  }
}

module.exports = { settle, complete };
