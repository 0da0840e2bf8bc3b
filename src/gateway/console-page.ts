/**
 * The page at `/`: one document that needs nothing from elsewhere, and may take nothing from there.
 */
import page from "../console/index.html";

/** The page as an answer. Only the scripts and styles that stand in it may run. */
export function consolePage(): Response {
  const nonce = crypto.randomUUID();
  return new Response(page.replaceAll("{nonce}", nonce), {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": contentSecurityPolicy(nonce),
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    },
  });
}

function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "img-src data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
