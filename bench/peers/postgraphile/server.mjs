// PostGraphile 5 as its guide starts it, with plain lists beside connections; the caller's id is a variable, and nothing is logged.
import { createServer } from 'node:http'
import { postgraphile } from 'postgraphile'
import { grafserv } from 'postgraphile/grafserv/node'
import { makePgService } from 'postgraphile/adaptors/pg'
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber'

const preset = {
  extends: [PostGraphileAmberPreset],
  pgServices: [
    makePgService({
      connectionString: process.env.DATABASE_URL,
      schemas: ['public', 'bench'],
      poolConfig: { min: 10, max: 10, idleTimeoutMillis: 0 }
    })
  ],
  gather: { pgStrictFunctions: true },
  disablePlugins: ['PgIndexBehaviorsPlugin'],
  schema: { defaultBehavior: 'connection list', pgForbidSetofFunctionsToReturnNull: true },
  grafserv: { graphqlPath: '/graphql', graphiql: false, watch: false },
  grafast: { explain: false }
}

const pgl = postgraphile(preset)
const server = createServer()
const serv = pgl.createServ(grafserv)
await serv.addTo(server)
if (process.argv.includes('--schema')) {
  const { printSchema } = await import('graphql')
  console.log(printSchema(await pgl.getSchema()))
  process.exit(0)
}
server.listen(Number(process.env.BENCH_PORT), '127.0.0.1')
process.on('SIGTERM', () => process.exit(0))
