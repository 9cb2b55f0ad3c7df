'use strict';
// The handler that `warmth.cjs` tries everything with.

exports.handler = async (event) => event;
