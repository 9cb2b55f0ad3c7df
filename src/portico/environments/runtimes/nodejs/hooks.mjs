// The resolution of `resolution.cjs` for a Node.js that runs it in a thread of its own (before 22.15).

import resolution from './resolution.cjs';

let parents = [];

export function initialize(folders) {
  parents = folders;
}

export async function resolve(specifier, context, next) {
  try {
    return await next(specifier, context);
  } catch (error) {
    if (!resolution.mayBeThere(error, specifier)) throw error;
    for (const parentURL of parents) {
      try {
        return await next(specifier, { ...context, parentURL });
      } catch {
        continue;
      }
    }
    throw error;
  }
}
