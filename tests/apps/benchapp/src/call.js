const { randomUUID } = require("node:crypto");

// The nonce is new in each answer, so that no answer can be an old one.
exports.handler = async ({ id, echo, data }) => ({
  id,
  nonce: randomUUID(),
  local: process.env.IS_LOCAL === "true",
  ...(echo ? { data } : {}),
});
