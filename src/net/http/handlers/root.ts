import type { HttpContext } from '../context.ts'
import type { Exchange } from '../exchange.ts'

/** What `/` says while there is no web page (reference: transport, routing, paths). */
export const uiDisabledText =
  'Consul Agent: UI disabled. To enable, set ui_config.enabled=true in the agent configuration and restart.'

export const handleRoot = (_context: HttpContext, exchange: Exchange): void => {
  exchange.text(200, uiDisabledText)
}
