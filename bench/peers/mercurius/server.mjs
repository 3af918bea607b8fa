// Mercurius with its JIT and hand-written loaders. Bare, it believes the id in the header and logs nothing; with --guarded
// the guards of guards.mjs stand before it.
import { randomBytes } from 'node:crypto'
import Fastify from 'fastify'
import mercurius from 'mercurius'
import pg from 'pg'
import { schema } from './schema.mjs'
import { statements } from './statements.mjs'

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, min: 10, max: 10, idleTimeoutMillis: 0 })
pg.types.setTypeParser(20, Number) // bigint: all values of the shapes fit

const run = async (on, name, ...values) => (await on.query({ name, text: statements[name], values })).rows

const byKeys = async (name, keys) => {
  const found = new Map((await run(pool, name, [...new Set(keys)])).map((row) => [row.id, row]))
  return keys.map((key) => found.get(key) ?? null)
}

const nodesOf = async (versionIds) => {
  const groups = new Map(versionIds.map((id) => [id, []]))
  for (const row of await run(pool, 'nodes', [...groups.keys()])) groups.get(row.version_id).push(row)
  return versionIds.map((id) => groups.get(id))
}

const submit = async (attemptId, userId) => {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    const [attempt] = await run(client, 'grade', attemptId, userId)
    const amount = Math.trunc(attempt.score)
    const entryId = `xp_${randomBytes(13).toString('hex').toUpperCase()}`
    await run(client, 'award', entryId, userId, amount, attemptId)
    await run(client, 'raise', userId, amount)
    await client.query('COMMIT')
    return attempt
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  } finally {
    client.release()
  }
}

const resolvers = {
  Query: {
    user: async (_, { by }) => (await run(pool, 'users', [by.id]))[0] ?? null,
    roadmap: async (_, { by }) => (await run(pool, 'roadmaps', [by.id]))[0] ?? null,
    leaderboard: async () => (await run(pool, 'board'))[0],
    viewer: () => ({})
  },
  Leaderboard: { entries: (_, { first }) => run(pool, 'top', first) },
  Viewer: {
    goals: async (_, { first }, { userId }) => ({ nodes: await run(pool, 'goals', userId, first) }),
    analytics: () => ({})
  },
  Analytics: {
    performance: async (_, { period }, { userId }) => ({ days: await run(pool, 'days', userId, Number(period.slice(1))) })
  },
  Roadmap: { currentVersion: ({ current_version_id: id }) => (id === null ? null : { id }) },
  User: { joinedAt: ({ joinedAt }) => joinedAt.toISOString() },
  Mutation: {
    submitQuizAttempt: async (_, { input }, { userId }) => ({
      attempt: await submit(input.attemptId, userId),
      userErrors: []
    })
  }
}

const keyed = (load) => ({ loader: load, opts: { cache: false } })
const loaders = {
  LeaderboardEntry: { user: keyed((queries) => byKeys('users', queries.map(({ obj }) => obj.user_id))) },
  Goal: {
    owner: keyed((queries) => byKeys('users', queries.map(({ obj }) => obj.owner_id))),
    roadmap: keyed((queries) => byKeys('roadmaps', queries.map(({ obj }) => obj.roadmap_id)))
  },
  RoadmapVersion: { nodes: keyed((queries) => nodesOf(queries.map(({ obj }) => obj.id))) }
}

const bare = {
  queryDepth: undefined,
  register: async () => {},
  context: (request) => ({ userId: request.headers.authorization.slice(7) }),
  guarded: (unchanged) => unchanged
}
const guards = process.argv.includes('--guarded') ? await import('./guards.mjs') : bare

const app = Fastify()
await guards.register(app)
app.register(mercurius, {
  schema,
  resolvers: guards.guarded(resolvers),
  loaders,
  jit: 1,
  context: guards.context,
  queryDepth: guards.queryDepth
})
await app.listen({ host: '127.0.0.1', port: Number(process.env.BENCH_PORT) })
process.on('SIGTERM', () => process.exit(0))
