/** The one limiter of the package that is used: its index would put all thirty into each bundle. */
declare module "rate-limiter-flexible/lib/RateLimiterDynamo.js" {
  export { RateLimiterDynamo as default } from "rate-limiter-flexible";
}
