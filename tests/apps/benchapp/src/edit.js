const { randomUUID } = require("node:crypto");

const version = 0; // `live bench` writes another one here

exports.handler = async ({ id }) => ({ id, nonce: randomUUID(), local: process.env.IS_LOCAL === "true", version });
