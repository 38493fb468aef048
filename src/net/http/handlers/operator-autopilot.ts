/** /v1/operator/autopilot (reference: operator, autopilot). */
import * as E from 'fp-ts/lib/Either.js'
import { defaultAutopilot } from '../../../domain/autopilot/configuration.ts'
import type { AutopilotConfiguration } from '../../../domain/autopilot/configuration.ts'
import type { AutopilotRecord } from '../../../domain/decide/world.ts'
import * as decode from '../../json/decode.ts'
import type { HttpContext } from '../context.ts'
import { readError } from '../error-response.ts'
import type { Exchange } from '../exchange.ts'
import { parseIndex } from '../go-integer.ts'
import { first } from '../query-params.ts'
import { readOptions, wrongDatacenter } from '../read-options.ts'
import { autopilotConfiguration, autopilotHealth, autopilotState } from '../render/autopilot.ts'
import { serveWrite } from '../write.ts'

export const handleAutopilotConfiguration = (context: HttpContext, exchange: Exchange, body: Uint8Array): void => {
  if (exchange.method === 'PUT') configure(context, exchange, body)
  else withRules(context, exchange, (record) => exchange.json(200, autopilotConfiguration(record)))
}

/** 429 says that the pool is not healthy; it is no limit. */
export const handleAutopilotHealth = (context: HttpContext, exchange: Exchange): void => {
  withRules(context, exchange, (rules) => {
    const { healthy, body } = autopilotHealth(rules, context.deps.operator.pool())
    exchange.json(healthy ? 200 : 429, body)
  })
}

export const handleAutopilotState = (context: HttpContext, exchange: Exchange): void => {
  withRules(context, exchange, (rules) => exchange.json(200, autopilotState(rules, context.deps.operator.pool())))
}

const noRules: AutopilotRecord = { ...defaultAutopilot, createIndex: 0, modifyIndex: 0 }

/** Reads the rules in force; not a blocking read, and its answers carry no query headers. */
const withRules = (context: HttpContext, exchange: Exchange, show: (rules: AutopilotRecord) => void): void => {
  const options = readOptions(context, exchange)
  if (E.isLeft(options)) {
    exchange.text(options.left.status, options.left.text)
    return
  }
  if (isElsewhere(context, exchange)) return
  context.deps.backend.read({ type: 'operator.autopilot' }, options.right.consistency, (result) => {
    if (E.isLeft(result)) {
      const { status, text } = readError(result.left)
      exchange.text(status, text)
      return
    }
    show((result.right.result as AutopilotRecord | null) ?? noRules) // what the backend answers this query with
  })
}

const configure = (context: HttpContext, exchange: Exchange, body: Uint8Array): void => {
  const decoded = decode.decodeBody(ConfigurationBody, body)
  if (E.isLeft(decoded)) {
    exchange.text(400, `Error parsing autopilot config: ${decoded.left}`)
    return
  }
  const given = first(exchange.params, 'cas')
  const cas = given === undefined ? E.right(null) : parseIndex(given)
  if (E.isLeft(cas)) {
    exchange.text(400, `Error parsing cas value: ${cas.left}`)
    return
  }
  if (isElsewhere(context, exchange)) return
  const command = {
    type: 'ConfigureAutopilot',
    configuration: configurationOf(decoded.right),
    cas: cas.right,
  } as const
  serveWrite(context, exchange, command, 'kv', ({ reply }) => {
    exchange.json(200, reply === false ? 'false' : 'true')
  })
}

const isElsewhere = (context: HttpContext, exchange: Exchange): boolean => {
  const elsewhere = wrongDatacenter(context, exchange)
  if (elsewhere !== null) exchange.text(elsewhere.status, elsewhere.text)
  return elsewhere !== null
}

/** Strict: all fields are replaced, one that is not given by its zero. */
const ConfigurationBody = decode.record(
  {
    CleanupDeadServers: decode.bool,
    LastContactThreshold: decode.duration,
    MaxTrailingLogs: decode.index,
    MinQuorum: decode.index,
    ServerStabilizationTime: decode.duration,
    RedundancyZoneTag: decode.string,
    DisableUpgradeMigration: decode.bool,
    UpgradeVersionTag: decode.string,
    CreateIndex: decode.index,
    ModifyIndex: decode.index,
  },
  { strict: true, goType: 'api.AutopilotConfiguration' },
)

const configurationOf = (body: decode.Decoded<typeof ConfigurationBody>): AutopilotConfiguration => ({
  cleanupDeadServers: body.CleanupDeadServers,
  lastContactThresholdMs: Number(body.LastContactThreshold) / 1e6,
  maxTrailingLogs: body.MaxTrailingLogs,
  minQuorum: body.MinQuorum,
  serverStabilizationTimeMs: Number(body.ServerStabilizationTime) / 1e6,
  redundancyZoneTag: body.RedundancyZoneTag,
  disableUpgradeMigration: body.DisableUpgradeMigration,
  upgradeVersionTag: body.UpgradeVersionTag,
})
