// Loaded by a spare, so that loading the user's code is not the first time that anything is loaded.
exports.handler = async () => null
//# sourceURL=node:internal/live/warm.cjs
