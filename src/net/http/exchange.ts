/**
 * One request and its answer. Handlers see this and nothing of node:http or express, so both paths share them. The
 * answer is one writeHead and one end.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ByteString } from '../../domain/bytes.ts'
import { indent } from '../json/write.ts'
import { compress, gzipFloor, wantsGzip } from './gzip.ts'
import { noParams, parseQuery } from './query-params.ts'
import type { QueryParams } from './query-params.ts'

/** A header list as node:http takes it: name, value, name, value. */
export type Headers = readonly string[]

/** A whole body: a byte string goes out as latin1, without being copied or measured. */
export type Body = ByteString | Uint8Array

/** A request in progress: owns the socket's attention until it is answered or the client is gone. */
export class Exchange {
  readonly method: string
  /** Percent-decoded, cleaned. */
  readonly path: ByteString
  /** Null: the query string could not be decoded. */
  readonly query: QueryParams | null
  /** What follows a subtree route's path; '' for exact routes. */
  argument: ByteString = ''
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Headers that every answer of the route carries; none before there is a route. */
  routeHeaders: Headers = noHeaders
  /** True: JSON is indented whether or not it is asked for (development mode). */
  alwaysPretty = false
  /** Called when the answer begins. */
  answered: (() => void) | null = null

  constructor(request: IncomingMessage, response: ServerResponse, path: ByteString, rawQuery: string) {
    this.method = request.method ?? 'GET'
    this.path = path
    this.query = rawQuery === '' ? noParams : parseQuery(rawQuery)
    this.request = request
    this.response = response
  }

  /** The parameters; none when they could not be decoded (the dispatcher has answered that case already). */
  get params(): QueryParams {
    return this.query ?? noParams
  }

  /** A request header; names in lower case. Duplicates are joined as node:http joins them. */
  header(name: string): string | undefined {
    const value = this.request.headers[name]
    return typeof value === 'string' ? value : value?.join(', ')
  }

  get remoteAddress(): string {
    return this.request.socket.remoteAddress ?? ''
  }

  /** True once the answer is out or the client is gone. */
  get over(): boolean {
    return this.response.writableEnded || this.response.destroyed
  }

  /** Sends JSON: `compact` as it is, or indented where `?pretty` asks for it. */
  json(status: number, compact: ByteString, headers: Headers = []): void {
    this.send(status, [...jsonHeaders, ...headers], this.wantsPretty ? indent(compact) : compact)
  }

  get wantsPretty(): boolean {
    if (this.alwaysPretty) return true
    for (const pair of this.params) if (pair[0] === 'pretty') return true
    return false
  }

  /** Sends an error or another plain text. */
  text(status: number, text: ByteString, headers: Headers = []): void {
    if (text === '') this.empty(status, headers)
    else this.send(status, [...textHeaders, ...headers], text)
  }

  /** Sends no body and hence no Content-Type. */
  empty(status: number, headers: Headers = []): void {
    this.#write(status, headers, '')
  }

  /** Sends a body whose Content-Type is among the headers; compressed when it is long and the client asks. */
  send(status: number, headers: Headers, body: Body): void {
    if (body.length < gzipFloor || !wantsGzip(this.header('accept-encoding'))) this.#write(status, headers, body)
    else compress(body, (zipped) => this.#write(status, [...headers, 'Content-Encoding', 'gzip'], zipped))
  }

  /** Begins an answer of unknown length. */
  startStream(contentType: string, headers: Headers = noHeaders): void {
    if (this.over) return
    this.answered?.()
    this.response.writeHead(200, [...this.routeHeaders, 'Content-Type', contentType, ...nosniff, ...headers])
  }

  writeLine(line: ByteString): void {
    if (!this.over) this.response.write(`${line}\n`, 'latin1')
  }

  writeBytes(bytes: Uint8Array): void {
    if (!this.over) this.response.write(bytes)
  }

  /** Breaks an answer off that cannot be completed: the client must not take it for a whole one. */
  breakStream(): void {
    if (!this.over) this.response.destroy()
  }

  /** Resolves when the client has taken what was written, or is gone. */
  drained(): Promise<void> {
    const { response } = this
    if (this.over || !response.writableNeedDrain) return Promise.resolve()
    return new Promise((resolve) => {
      const done = (): void => {
        response.off('drain', done)
        response.off('close', done)
        resolve()
      }
      response.on('drain', done)
      response.on('close', done)
    })
  }

  endStream(): void {
    if (!this.over) this.response.end()
  }

  /** Calls back once if the client goes away before it is answered. */
  onAbandoned(run: () => void): void {
    this.response.once('close', () => {
      if (!this.response.writableEnded) run()
    })
  }

  #write(status: number, headers: Headers, body: Body): void {
    if (this.over) return
    const all = this.routeHeaders.concat(headers)
    all.push('Content-Length', String(body.length))
    this.response.writeHead(status, all)
    this.answered?.()
    if (body.length === 0) this.response.end()
    else if (typeof body === 'string') this.response.end(body, 'latin1')
    else this.response.end(body)
  }
}

const noHeaders: Headers = []
const nosniff = ['X-Content-Type-Options', 'nosniff']
export const jsonHeaders: Headers = ['Content-Type', 'application/json', ...nosniff]
export const textHeaders: Headers = ['Content-Type', 'text/plain; charset=utf-8', ...nosniff]
export const htmlHeaders: Headers = ['Content-Type', 'text/html; charset=utf-8', ...nosniff]
