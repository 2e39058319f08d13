// What a rehearsal loads. It has a source map, as bundles have.
exports.handler = async () => null
//# sourceMappingURL=warm.cjs.map
//# sourceURL=node:internal/live/warm.cjs
