/**
 * What may be a key of a provider whose keys have no beginning of their own. `sk-` is several others', and
 * `eyJ` begins a JSON web token, which is no provider key.
 */
export const tolerantFormat = /^(?!sk-|eyJ)[A-Za-z0-9_.-]{16,400}$/;
