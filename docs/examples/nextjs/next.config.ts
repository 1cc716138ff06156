/**
 * Serves Waxseal's API under the application's own origin, so that pages call it with relative URLs and the
 * browser sends the session's cookies by itself.
 */

/** The part of `NextConfig` that is used; in your application: `import type { NextConfig } from "next"`. */
interface NextConfig {
  rewrites(): Promise<{ beforeFiles: { source: string; destination: string }[] }>;
  experimental: { proxyTimeout: number };
}

/** The stack's output `ApiUrl`, as `https://….execute-api.eu-central-1.amazonaws.com/prod/`. */
const api = process.env["WAXSEAL_API_URL"]?.replace(/\/$/, "");
if (!api) throw new Error("Set WAXSEAL_API_URL to the stack's output ApiUrl");

const config: NextConfig = {
  rewrites: () =>
    Promise.resolve({
      // Before the application's own files: a route handler at the same path, from before the move, is not run.
      beforeFiles: [
        { source: "/api/user/api-key", destination: `${api}/api/user/api-key` },
        { source: "/api/user/api-key-status", destination: `${api}/api/user/api-key-status` },
        { source: "/v1/:path*", destination: `${api}/v1/:path*` },
        { source: "/proxy/:path*", destination: `${api}/proxy/:path*` },
      ],
    }),
  // Next.js ends a proxied request that is silent for 30 seconds; a model may think for longer. In milliseconds.
  experimental: { proxyTimeout: 300_000 },
};

export default config;
