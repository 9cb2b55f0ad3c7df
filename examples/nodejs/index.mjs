// The example in Node.js: an answer that is read while it is written, and one that also says which status and headers it has.

import { setTimeout as pause } from 'node:timers/promises';

const { streamifyResponse, HttpResponseStream } = awslambda;

export const count = streamifyResponse(async (event, stream, context) => {
  stream.setContentType('text/plain');
  console.log('counting to', event.to ?? 3);
  for (let number = 1; number <= (event.to ?? 3); number += 1) {
    stream.write(`${number}\n`);
    await pause(event.everyMs ?? 100);
  }
  stream.end(`done, with ${context.getRemainingTimeInMillis()} ms left\n`);
});

export const page = streamifyResponse(async (event, stream) => {
  const page = HttpResponseStream.from(stream, { statusCode: 200, headers: { 'content-type': 'text/html' } });
  page.write('<!doctype html><title>Hello</title>');
  page.end(`<p>Hello, ${event.queryStringParameters?.name ?? 'world'}!</p>`);
});
