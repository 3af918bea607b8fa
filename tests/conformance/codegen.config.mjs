// Types of our schema for a TypeScript client, by the preset that graphql-codegen recommends.
export default {
  schema: "../../schema.graphql",
  documents: "codegen/documents.ts",
  generates: {
    "./codegen/__generated__/": {
      preset: "client",
      presetConfig: { persistedDocuments: { hashAlgorithm: "sha256" } },
      config: {
        documentMode: "string",
        enumsAsTypes: true,
        useTypeImports: true,
        scalars: {
          BigInt: "number",
          Cursor: "string",
          DateTime: "string",
          Duration: "string",
          EmailAddress: "string",
          LeaderboardVersion: "string",
          LocalDate: "string",
          URL: "string",
        },
      },
    },
  },
};
