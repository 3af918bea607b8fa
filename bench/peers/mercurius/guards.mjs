// Guards before and around Mercurius, as its users add them: token check, rate limit, security headers, CORS, request log.
import cors from '@fastify/cors'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import { createVerifier } from 'fast-jwt'
import mercurius from 'mercurius'
import pino from 'pino'

const { BENCH_PUBLIC_KEY, BENCH_ORIGIN, BENCH_RATE, BENCH_DEPTH } = process.env

export const queryDepth = Number(BENCH_DEPTH)

const verify = createVerifier({
  key: BENCH_PUBLIC_KEY,
  algorithms: ['EdDSA'],
  allowedIss: 'questpath',
  allowedAud: 'questpath',
  requiredClaims: ['iss', 'aud', 'exp', 'nbf', 'iat', 'sub', 'sid'],
  cache: 20_000,
  cacheKeyBuilder: (token) => token // the default hashes each token, which costs more
})

// Lines leave together within 20 ms, as the gateway's do.
const log = pino({ base: null }, pino.destination({ dest: 1, sync: false, minLength: 4096, periodicFlush: 20 }))

const unauthenticated = (message) => ({ errors: [{ message, extensions: { code: 'UNAUTHENTICATED' } }] })

const authenticate = async (request, reply) => {
  const { authorization } = request.headers
  if (authorization === undefined) return
  try {
    request.userId = verify(authorization.slice(7)).sub
  } catch {
    return reply.code(401).send(unauthenticated('The access token is not valid.'))
  }
}

const logRequest = async (request, reply) => {
  log.info({
    event: 'operation',
    request_id: request.id,
    operation_name: request.body?.operationName,
    user_id: request.userId,
    status: reply.statusCode,
    duration_ms: reply.elapsedTime
  })
}

export const register = async (app) => {
  app.decorateRequest('userId', null)
  app.addHook('onResponse', logRequest)
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"], frameAncestors: ["'none'"], sandbox: [] }
    },
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: { maxAge: 31_536_000, includeSubDomains: true },
    crossOriginEmbedderPolicy: false, crossOriginOpenerPolicy: false, crossOriginResourcePolicy: false,
    originAgentCluster: false, xDnsPrefetchControl: false, xDownloadOptions: false, xFrameOptions: false,
    xPermittedCrossDomainPolicies: false, xXssProtection: false // the gateway sends four headers, and so does this
  })
  await app.register(cors, { origin: [BENCH_ORIGIN], methods: ['GET', 'HEAD', 'POST'], maxAge: 7_200 })
  app.addHook('onRequest', authenticate) // after the headers, so that a refusal has them too
  await app.register(rateLimit, {
    max: Number(BENCH_RATE),
    timeWindow: '1 minute',
    cache: 20_000,
    keyGenerator: (request) => request.userId ?? request.ip
  })
}

export const context = (request) => ({ userId: request.userId })

const forCallers = (resolver) => (parent, args, context, info) => {
  if (context.userId === null) throw new mercurius.ErrorWithProps('Sign in first.', { code: 'UNAUTHENTICATED' })
  return resolver(parent, args, context, info)
}

export const guarded = ({ Query, Mutation, ...others }) => ({
  ...others,
  Query: { ...Query, viewer: (_parent, _args, { userId }) => (userId === null ? null : {}) },
  Mutation: { submitQuizAttempt: forCallers(Mutation.submitQuizAttempt) }
})
