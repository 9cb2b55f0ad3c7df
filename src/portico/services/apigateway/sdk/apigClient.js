/**
 * A client of one stage of a REST API, made by GetSdk. For browsers and Node.js 18 or later; it needs nothing else.
 *
 *   const apigClient = apigClientFactory.newClient({ accessKey, secretKey, sessionToken, region, apiKey, invokeUrl });
 *   const { status, data, headers } = await apigClient.petsPetIdGet({ petId: "1" }, body, { headers, queryParams });
 *
 * Requests are signed (AWS Signature Version 4, for execute-api) if there are an access key and a secret key. A promise is rejected with
 * an Error that has `response` (`status`, `data`, `headers`) if the status is not 2xx, and without one if there was no answer.
 */
var apigClientFactory = (function () {
  "use strict";

  const DEFAULTS = /* defaults */ {};
  const METHODS = /* methods */ {};
  const EMPTY_HASH = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

  function newClient(config) {
    const settings = { ...DEFAULTS, ...present(config) };
    const client = {};
    for (const [name, method] of Object.entries(METHODS)) {
      client[name] = (params, body, additionalParams) =>
        call(settings, method, params || {}, body, additionalParams || {});
    }
    return client;
  }

  async function call(settings, method, params, body, additional) {
    for (const name of method.required) {
      if (params[name] === undefined || params[name] === null) {
        throw new Error(`${name} must be defined`);
      }
    }
    const url = addressOf(settings, method, params, additional.queryParams);
    const headers = new Headers({ ...chosen(method.headers, params), ...present(additional.headers) });
    const content = ["GET", "HEAD"].includes(method.verb) ? undefined : contentOf(body);
    if (settings.apiKey && !headers.has("x-api-key")) headers.set("x-api-key", settings.apiKey);
    if (!headers.has("accept")) headers.set("accept", settings.defaultAcceptType);
    if (content === undefined) headers.delete("content-type");
    else if (!headers.has("content-type")) headers.set("content-type", settings.defaultContentType);
    if (settings.accessKey && settings.secretKey) await sign(settings, method.verb, url, headers, content);
    const answer = await fetch(url.href, { method: method.verb, headers, body: content });
    return settle(answer, await answer.text());
  }

  function settle(answer, text) {
    const response = {
      status: answer.status,
      statusText: answer.statusText,
      data: read(text),
      headers: Object.fromEntries(answer.headers),
    };
    if (answer.ok) return response;
    const error = new Error(`Request failed with status code ${answer.status}`);
    throw Object.assign(error, response, { response });
  }

  function read(text) {
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  }

  // What is asked for

  function addressOf(settings, method, params, queryParams) {
    const path = method.path.replace(/\{([^}+]+)(\+?)\}/g, (_, name, greedy) =>
      greedy ? String(params[name]).split("/").map(encode).join("/") : encode(params[name]),
    );
    const url = new URL(settings.invokeUrl.replace(/\/+$/, "") + path);
    url.search = query({ ...chosen(method.query, params), ...present(queryParams) });
    return url;
  }

  function query(values) {
    const pairs = [];
    for (const [name, value] of Object.entries(values)) {
      for (const each of [].concat(value)) pairs.push(`${encode(name)}=${encode(each)}`);
    }
    return pairs.join("&");
  }

  function contentOf(body) {
    if (body === undefined || body === null || body === "") return undefined;
    if (typeof body !== "object" || isBinary(body)) return isBinary(body) ? body : String(body);
    return Object.keys(body).length ? JSON.stringify(body) : undefined;
  }

  function isBinary(body) {
    return body instanceof ArrayBuffer || ArrayBuffer.isView(body) || body instanceof Blob;
  }

  function present(values) {
    return Object.fromEntries(Object.entries(values || {}).filter(([, value]) => value !== undefined && value !== null));
  }

  function chosen(names, params) {
    return present(Object.fromEntries(names.map((name) => [name, params[name]])));
  }

  function encode(value) {
    return encodeURIComponent(value).replace(/[!'()*]/g, (one) => "%" + one.charCodeAt(0).toString(16).toUpperCase());
  }

  // AWS Signature Version 4

  async function sign(settings, verb, url, headers, content) {
    const time = new Date().toISOString().replace(/[:-]|\.\d{3}/g, "");
    const scope = [time.slice(0, 8), settings.region, "execute-api", "aws4_request"];
    headers.set("x-amz-date", time);
    if (settings.sessionToken) headers.set("x-amz-security-token", settings.sessionToken);
    const signed = new Map([["host", url.host]]);
    for (const name of ["content-type", "x-amz-date", "x-amz-security-token", "x-api-key"]) {
      if (headers.has(name)) signed.set(name, headers.get(name));
    }
    const names = [...signed.keys()].sort();
    const request = [
      verb,
      url.pathname.split("/").map(encode).join("/"),
      url.search.slice(1).split("&").sort(byNameThenValue).join("&"),
      ...names.map((name) => `${name}:${signed.get(name).trim().replace(/ +/g, " ")}`),
      "",
      names.join(";"),
      content === undefined ? EMPTY_HASH : await sha256(await bytesOf(content)),
    ].join("\n");
    const text = ["AWS4-HMAC-SHA256", time, scope.join("/"), await sha256(utf8(request))].join("\n");
    let key = utf8("AWS4" + settings.secretKey);
    for (const part of scope) key = await hmac(key, part);
    const credential = `${settings.accessKey}/${scope.join("/")}`;
    const signature = hex(await hmac(key, text));
    headers.set(
      "authorization",
      `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(";")}, Signature=${signature}`,
    );
  }

  function byNameThenValue(one, other) {
    const [a, b] = [one, other].map((pair) => pair.split("="));
    return compare(a[0], b[0]) || compare(a[1] || "", b[1] || "");
  }

  function compare(one, other) {
    return one < other ? -1 : Number(one > other);
  }

  async function bytesOf(content) {
    if (typeof content === "string") return utf8(content);
    return content instanceof Blob ? content.arrayBuffer() : content;
  }

  function utf8(text) {
    return new TextEncoder().encode(text);
  }

  function hex(buffer) {
    return Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  async function sha256(bytes) {
    return hex(await subtle().digest("SHA-256", bytes));
  }

  async function hmac(key, text) {
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    const imported = await subtle().importKey("raw", key, algorithm, false, ["sign"]);
    return subtle().sign("HMAC", imported, utf8(text));
  }

  function subtle() {
    const found = globalThis.crypto || (typeof require === "function" && require("crypto").webcrypto);
    if (!found || !found.subtle) throw new Error("Requests can only be signed on pages that came over HTTPS or from localhost");
    return found.subtle;
  }

  return { newClient };
})();

if (typeof module === "object" && module.exports) module.exports = apigClientFactory;
