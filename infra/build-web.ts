/** A part of `npm run build`: what of the package runs in browsers. */
import { bundleWeb } from "./bundle-web.ts";

await bundleWeb("dist/package");
