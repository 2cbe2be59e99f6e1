// The token lives as long as the tab: session storage is neither written to disk for later nor seen by other tabs.
const KEY = "guanxi:token";

export function readToken() {
  return sessionStorage.getItem(KEY) ?? "";
}

export function writeToken(text) {
  const token = text.trim().replace(/^bearer\s+/i, "");
  // Queries and variables of the last token may hold its merchant's data.
  sessionStorage.clear();
  if (token) {
    sessionStorage.setItem(KEY, token);
  }
  return token;
}
