/**
 * The life of the agent: open, serve, wait for a signal, close in reverse. Everything is composed here and in
 * server.ts; the parts know nothing of each other.
 */
import * as E from 'fp-ts/lib/Either.js'
import { randomUUID } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { getHeapStatistics } from 'node:v8'
import { realEnv } from '../../log/driver/clock.ts'
import type { Logger } from '../../net/logging/logger.ts'
import { serveHttp } from '../../net/http/serve-http.ts'
import type { HttpServer, ListenAddress } from '../../net/http/serve-http.ts'
import { systemClock } from '../../net/http/clock.ts'
import { metricsRegistry } from '../../net/metrics/metrics.ts'
import { consulApiVersion } from '../version.ts'
import { agentInfo, httpUrl } from './agent-info.ts'
import { banner } from './banner.ts'
import type { RuntimeConfig } from './config/runtime-config.ts'
import { logFaultText } from './fault-text.ts'
import { historyReader } from './history-reader.ts'
import { heapCeiling, httpOptions } from './http-options.ts'
import { endOnDefect } from './last-resort.ts'
import { agentLog } from './log-output.ts'
import { nodeId } from './node-id.ts'
import { operatorInfo } from './operator-info.ts'
import { ownNode } from './own-node.ts'
import type { OwnNode } from './own-node.ts'
import { portOwner, portTaken } from './port-owner.ts'
import { processGauges } from './process-gauges.ts'
import { startServer } from './server.ts'
import { serverSnapshots } from './snapshots.ts'
import type { RunningServer } from './server.ts'

/** Runs until a signal or a fault; the number is the exit code. */
export const runAgent = async (config: RuntimeConfig): Promise<number> => {
  const named = await nodeId(config.dataDir, config.nodeId).then(E.right, (error: unknown) => E.left(codeOf(error)))
  if (E.isLeft(named)) {
    process.stderr.write(`==> data_dir "${config.dataDir ?? ''}" cannot be used: ${named.left}\n`)
    return 1
  }
  const id = named.right
  const node = ownNode(config, id, consulApiVersion)
  const { logger, release } = agentLog(config.log, (text) => process.stdout.write(text))
  endOnDefect(logger)
  for (const warning of config.warnings) logger.warn(warning)

  const stopped = stopSignal(config, logger)
  const opened = await open(config, node, logger, stopped)
  if (E.isLeft(opened)) {
    release()
    logger.error('Error starting agent', { error: opened.left })
    return exit(logger, 1)
  }
  if (!config.log.json) process.stdout.write(banner(config, node, opened.right.url))
  release()
  logger.info('Started HTTP server', { address: opened.right.url, network: 'tcp' })
  logger.info('Consul agent running!')
  if (config.pidFile !== null) await writeFile(config.pidFile, String(process.pid))

  const code = await stopped.code
  await opened.right.close()
  if (config.pidFile !== null) await rm(config.pidFile, { force: true })
  return exit(logger, code)
}

const exit = (logger: Logger, code: number): number => {
  logger.info('Exit code', { code })
  return code
}

type Open = { readonly url: string; readonly close: () => Promise<void> }

const open = async (
  config: RuntimeConfig,
  node: OwnNode,
  logger: Logger,
  stopped: Stop,
): Promise<E.Either<string, Open>> => {
  if (!config.server) return E.left('client agents are not part of this release yet: start with -server or -dev')
  const taken = await firstTaken(config)
  if (taken !== null) return E.left(taken)
  const server = await startServer({
    config,
    node,
    logger,
    onFatal: (fault) => {
      logger.error('The log stopped', { reason: logFaultText(fault) })
      stopped.stop(1)
    },
  })
  if (E.isLeft(server)) return server
  const listening = await listenAll(config, node, logger, server.right)
  if (E.isLeft(listening)) {
    await server.right.stop()
    return listening
  }
  const [first] = config.http.listeners
  return E.right({
    url: first === undefined ? 'none' : first.type === 'unix' ? first.path : httpUrl(first.host, first.port),
    close: async () => {
      await Promise.all(listening.right.map((http) => http.close()))
      await server.right.stop()
    },
  })
}

/** A port that is in use is told before the log is opened: an agent that cannot serve must not write. */
const firstTaken = async (config: RuntimeConfig): Promise<string | null> => {
  for (const listener of config.http.listeners) {
    if (listener.type === 'unix') continue
    const problem = await tryListen(listener.host, listener.port)
    if (problem !== null) return listenProblem(listener, problem)
  }
  return null
}

const tryListen = (host: string, port: number): Promise<unknown> =>
  new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', resolve)
    probe.listen(port, host, () => probe.close(() => resolve(null)))
  })

/** Opens every HTTP listener; the first that cannot be opened closes the others. */
const listenAll = async (
  config: RuntimeConfig,
  node: OwnNode,
  logger: Logger,
  server: RunningServer,
): Promise<E.Either<string, readonly HttpServer[]>> => {
  const metrics = metricsRegistry(() => Date.now(), processGauges(server))
  const deps = {
    backend: server.backend,
    agent: agentInfo({ config, node, log: server.log.status, wallMs: () => Date.now() }),
    operator: operatorInfo({ node, log: server.log, wallMs: () => Date.now() }),
    history: historyReader(server),
    snapshots: serverSnapshots(server.log, { wallMs: realEnv.wall, random: realEnv.random, pause: realEnv.yield }),
    metrics,
    clock: systemClock,
    newId: randomUUID,
    random: Math.random,
    heapUsed: () => process.memoryUsage().heapUsed,
    report: (message: string) => logger.named('http').error(message),
  }
  const options = { ...httpOptions(config), heapCeilingBytes: heapCeiling(getHeapStatistics().heap_size_limit) }
  const open: HttpServer[] = []
  for (const listener of config.http.listeners) {
    const where: ListenAddress =
      listener.type === 'unix' ? { path: listener.path } : { host: listener.host, port: listener.port }
    const served = await serveHttp(where, options, deps).then(E.right, (error: unknown) => E.left(error))
    if (E.isRight(served)) {
      open.push(served.right)
      continue
    }
    await Promise.all(open.map((http) => http.close()))
    return E.left(await listenProblem(listener, served.left))
  }
  return E.right(open)
}

const listenProblem = async (listener: RuntimeConfig['http']['listeners'][number], error: unknown): Promise<string> => {
  const code = codeOf(error)
  if (listener.type === 'unix') return `HTTP cannot listen on ${listener.path}: ${code}`
  const address = `${listener.host}:${listener.port}`
  if (code !== 'EADDRINUSE') return `HTTP cannot listen on ${address}: ${code}`
  return portTaken('HTTP', address, await portOwner(listener.port), '-http-port')
}

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error)

type Stop = { readonly code: Promise<number>; readonly stop: (code: number) => void }

/** SIGINT and SIGTERM end the agent in order; a second one at once. SIGHUP is for reloading, which has nothing to do yet. */
const stopSignal = (config: RuntimeConfig, logger: Logger): Stop => {
  let end: (code: number) => void = () => undefined
  const code = new Promise<number>((resolve) => {
    end = resolve
  })
  let asked = false
  const on = (signal: NodeJS.Signals) => {
    logger.info('Caught', { signal })
    if (asked) process.exit(1)
    asked = true
    // As the reference: leaving in order ends with 0, leaving out the departure with 1.
    const skips = signal === 'SIGINT' ? config.skipLeaveOnInterrupt : !config.leaveOnTerminate
    end(skips ? 1 : 0)
  }
  process.on('SIGINT', on)
  process.on('SIGTERM', on)
  process.on('SIGHUP', () => {
    logger.info('Caught', { signal: 'SIGHUP' })
  })
  return { code, stop: end }
}
