// The rules that the SDL keeps: graphql-eslint's schema-recommended and schema-relay. What is set otherwise has its
// reason here.
import plugin from "@graphql-eslint/eslint-plugin";

const recommended = plugin.configs["flat/schema-recommended"].rules;
const relay = plugin.configs["flat/schema-relay"].rules;
const [severity, names] = recommended["@graphql-eslint/naming-convention"];

const own = {
  // Only what `node(id:)` finds has an identity. Payloads, connections, refusals and sums have none, and an invented id
  // would make normalised caches keep what cannot be asked for again.
  "@graphql-eslint/strict-id-in-types": "off",
  // A bounded list is plain and says its maximum; connections are for what can grow. `nodes` beside `edges` spares
  // clients that do not page a level. A place on a board or an entry of a log is no Node.
  "@graphql-eslint/relay-edge-types": [
    "error",
    { withEdgeSuffix: true, shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false },
  ],
  // "Exam type" is what learners call it; the suffix is no notation.
  "@graphql-eslint/naming-convention": [
    severity,
    {
      ...names,
      "ObjectTypeDefinition,ObjectTypeExtension": {
        ...names["ObjectTypeDefinition,ObjectTypeExtension"],
        ignorePattern: "^ExamType$",
      },
    },
  ],
};

export default [
  {
    files: ["**/*.graphql"],
    languageOptions: {
      parser: plugin.parser,
      parserOptions: { graphQLConfig: { schema: process.env.SDL ?? "../../../schema.graphql" } },
    },
    plugins: { "@graphql-eslint": plugin },
    rules: { ...recommended, ...relay, ...own },
  },
];
