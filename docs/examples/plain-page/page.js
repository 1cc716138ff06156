// node_modules/waxseal/dist/package/web/element/index.js, served as it is: it needs nothing else.
import "./waxseal-element.js";
// Yours: where the API is, and the token of whoever is signed in.
import { accessToken, apiUrl, signIn } from "./session.js";

const settings = document.querySelector("waxseal-provider-keys");
settings.token = accessToken; // asked before every request, so that it may renew what has expired
settings.signIn = signIn;
settings.baseUrl = apiUrl;

settings.addEventListener("waxseal-change", ({ detail }) => {
  document.title = `Settings: ${detail.provider} ${detail.type}`;
});
