/** The versions this program tells: its own, and the release of Consul whose interfaces it answers with. */

/** Equal to package.json (a test compares them); a constant so that no command reads a file to know it. */
export const proconsulVersion = '0.1.0'

/** Clients gate features on this text: `/v1/agent/self`, `version`, the start banner. */
export const consulApiVersion = '1.16.3'

/** Unknown, in the form that clients parse (RFC 3339); what Consul shows for builds without a date. */
export const buildDate = '1970-01-01T00:00:01Z'

/** Protocol versions of Consul's gossip layer: spoken by default, lowest and highest understood. */
export const protocolVersions = { default: 2, min: 2, max: 3 } as const
