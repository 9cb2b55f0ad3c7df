'use strict';
// `awslambda.InvokeStore`: where AWS's libraries look for what the running invocation is about, and keep what belongs to it.
// Source: the interface of @aws/lambda-invoke-store.

const KEYS = {
  REQUEST_ID: Symbol.for('_AWS_LAMBDA_REQUEST_ID'),
  X_RAY_TRACE_ID: Symbol.for('_AWS_LAMBDA_X_RAY_TRACE_ID'),
  TENANT_ID: Symbol.for('_AWS_LAMBDA_TENANT_ID'),
};
const PROTECTED = new Set(Object.values(KEYS));

let context;

/** Begin the invocation `requestId`, whose trace header is `trace`, "" for none. */
function begin(requestId, trace) {
  context = { [KEYS.REQUEST_ID]: requestId, [KEYS.X_RAY_TRACE_ID]: trace || undefined };
}

const InvokeStore = {
  getContext: () => context,
  hasContext: () => context !== undefined,
  get: (key) => context?.[key],
  set(key, value) {
    if (PROTECTED.has(key)) throw new Error(`Cannot modify protected Lambda context field: ${String(key)}`);
    context = context ?? {};
    context[key] = value;
  },
  run(given, inside) {
    context = given;
    return inside();
  },
  isProtectedKey: (key) => PROTECTED.has(key),
  getRequestId: () => context?.[KEYS.REQUEST_ID] ?? '-',
  getXRayTraceId: () => context?.[KEYS.X_RAY_TRACE_ID],
  getTenantId: () => context?.[KEYS.TENANT_ID],
};

module.exports = { begin, InvokeStore };
