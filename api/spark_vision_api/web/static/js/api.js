// The API of this service, with the session's cookie and the page's token.
const token = document.querySelector("meta[name=csrf-token]").content;

export class ApiError extends Error {
  // status 0: the service could not be reached; then it is worth another try, as it is for 5xx, 429 and a call that is
  // being worked on already.
  constructor(status, type, message, retryAfter = 0) {
    super(message);
    Object.assign(this, { status, type, retryAfter });
  }
  get passing() { return this.status === 0 || this.status >= 500 || this.status === 429 || this.code === "in-flight"; }
  // The problem's name: `/problems/NAME`.
  get code() { return this.type.split("/").at(-1); }
  get signedOut() { return this.status === 401; }
  // The page's token is another session's: somebody signed in again elsewhere.
  get outdated() { return this.code === "foreign-request"; }
  // Nothing was said of what was asked for: it is worth keeping.
  get keeps() { return this.passing || this.signedOut || this.outdated; }
}

// The answer's JSON and its ETag; `body` goes as it is, `json` as JSON. Raises ApiError.
export async function ask(method, path, { body, json, headers = {}, signal } = {}) {
  const all = { Accept: "application/json", ...headers };
  if (method !== "GET" && token) all["X-CSRF-Token"] = token;
  if (json !== undefined) { body = JSON.stringify(json); all["Content-Type"] = "application/json"; }
  let response;
  try {
    response = await fetch(path, { method, body, headers: all, signal, credentials: "same-origin" });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, "offline", "");
  }
  const text = await response.text();
  const value = text && /json/.test(response.headers.get("Content-Type") ?? "") ? JSON.parse(text) : null;
  if (!response.ok) throw new ApiError(response.status, value?.type ?? "", value?.detail ?? response.statusText, Number(response.headers.get("Retry-After")) || 0);
  return { value, etag: response.headers.get("ETag"), status: response.status };
}

export const pathOf = (id) => id.split("/").map(encodeURIComponent).join("/");
export const pictureOf = (id, size, version = "") => `/v1/products/${pathOf(id)}/image?${new URLSearchParams(version ? { size, v: version } : { size })}`;
