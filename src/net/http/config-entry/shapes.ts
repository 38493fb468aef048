/** The fields of every kind of config entry (reference: kinds of config entries). */
import { any, bool, duration, given, int, list, map, real, struct, text } from './shape.ts'
import type { Shape, StructShape } from './shape.ts'

const meshGateway = struct({ Mode: text })
const transparentProxy = struct({ OutboundListenerPort: int, DialedDirectly: bool })
const expose = struct({
  Checks: bool,
  Paths: list(struct({ ListenerPort: int, Path: text, LocalPathPort: int, Protocol: text })),
})
const extensions = list(struct({ Name: text, Required: bool, Arguments: any, ConsulVersion: text, EnvoyVersion: text }))

const upstream = struct({
  Name: text,
  EnvoyListenerJSON: text,
  EnvoyClusterJSON: text,
  Protocol: text,
  ConnectTimeoutMs: int,
  Limits: struct({
    MaxConnections: given(int),
    MaxPendingRequests: given(int),
    MaxConcurrentRequests: given(int),
  }),
  PassiveHealthCheck: struct({
    Interval: duration,
    MaxFailures: int,
    EnforcingConsecutive5xx: given(int),
    MaxEjectionPercent: given(int),
    BaseEjectionTime: given(duration),
  }),
  MeshGateway: meshGateway,
  BalanceOutboundConnections: text,
  Peer: text,
})

const headerModifiers = struct({ Add: map(text), Set: map(text), Remove: list(text) })

const loadBalancer = struct({
  Policy: text,
  RingHashConfig: struct({ MinimumRingSize: int, MaximumRingSize: int }),
  LeastRequestConfig: struct({ ChoiceCount: int }),
  HashPolicies: list(
    struct({
      Field: text,
      FieldValue: text,
      CookieConfig: struct({ Session: bool, TTL: duration, Path: text }),
      SourceIP: bool,
      Terminal: bool,
    }),
  ),
})

const failover = struct({
  Service: text,
  ServiceSubset: text,
  Namespace: text,
  Datacenters: list(text),
  Targets: list(struct({ Service: text, ServiceSubset: text, Datacenter: text, Peer: text })),
  Policy: struct({ Mode: text, Regions: list(text) }),
  SamenessGroup: text,
})

const routeMatch = struct({
  HTTP: struct({
    PathExact: text,
    PathPrefix: text,
    PathRegex: text,
    Header: list(
      struct({ Name: text, Present: bool, Exact: text, Prefix: text, Suffix: text, Regex: text, Invert: bool }),
    ),
    QueryParam: list(struct({ Name: text, Present: bool, Exact: text, Regex: text })),
    Methods: list(text),
  }),
})

const routeDestination = struct({
  Service: text,
  ServiceSubset: text,
  Namespace: text,
  PrefixRewrite: text,
  RequestTimeout: duration,
  IdleTimeout: duration,
  NumRetries: int,
  RetryOnConnectFailure: bool,
  RetryOnStatusCodes: list(int),
  RetryOn: list(text),
  RequestHeaders: headerModifiers,
  ResponseHeaders: headerModifiers,
})

const gatewayTls = struct({
  Enabled: bool,
  SDS: struct({ ClusterName: text, CertResource: text }),
  TLSMinVersion: text,
  TLSMaxVersion: text,
  CipherSuites: list(text),
})

/** Of one intention; the precedence is computed, whatever was sent. */
const source = struct({
  Name: text,
  Action: text,
  Permissions: list(
    struct({
      Action: text,
      HTTP: struct({
        PathExact: text,
        PathPrefix: text,
        PathRegex: text,
        Header: list(
          struct({ Name: text, Present: bool, Exact: text, Prefix: text, Suffix: text, Regex: text, Invert: bool }),
        ),
        Methods: list(text),
      }),
    }),
  ),
  Precedence: int,
  Type: text,
  Description: text,
  LegacyID: text,
  LegacyMeta: map(text),
  LegacyCreateTime: text,
  LegacyUpdateTime: text,
})

/** The fields of a kind between the ones that all have. Indexes are taken and ignored, so that an answer can be sent back. */
const kind = (fields: { readonly [name: string]: Shape }, always: readonly string[] = []): StructShape =>
  struct({ Kind: text, Name: text, ...fields, Meta: map(text), CreateIndex: int, ModifyIndex: int }, always)

const proxyParts = { TransparentProxy: transparentProxy, MeshGateway: meshGateway, Expose: expose }
const alwaysShown = ['TransparentProxy', 'MeshGateway', 'Expose']

export const shapes: ReadonlyMap<string, StructShape> = new Map([
  [
    'service-defaults',
    kind(
      {
        Protocol: text,
        Mode: text,
        ...proxyParts,
        ExternalSNI: text,
        UpstreamConfig: struct({ Overrides: list(upstream), Defaults: upstream }),
        Destination: struct({ Addresses: list(text), Port: int }),
        MaxInboundConnections: int,
        LocalConnectTimeoutMs: int,
        LocalRequestTimeoutMs: int,
        BalanceInboundConnections: text,
        RateLimits: any,
        EnvoyExtensions: extensions,
      },
      alwaysShown,
    ),
  ],
  [
    'proxy-defaults',
    kind(
      {
        Config: any,
        Mode: text,
        ...proxyParts,
        AccessLogs: struct({
          Enabled: bool,
          DisableListenerLogs: bool,
          Type: text,
          Path: text,
          JSONFormat: text,
          TextFormat: text,
        }),
        FailoverPolicy: struct({ Mode: text, Regions: list(text) }),
        PrioritizeByLocality: struct({ Mode: text }),
        EnvoyExtensions: extensions,
      },
      ['Config', ...alwaysShown],
    ),
  ],
  [
    'service-resolver',
    kind({
      DefaultSubset: text,
      Subsets: map(struct({ Filter: text, OnlyPassing: bool })),
      Redirect: struct({
        Service: text,
        ServiceSubset: text,
        Namespace: text,
        Datacenter: text,
        Peer: text,
        SamenessGroup: text,
      }),
      Failover: map(failover),
      ConnectTimeout: duration,
      RequestTimeout: duration,
      LoadBalancer: loadBalancer,
      PrioritizeByLocality: struct({ Mode: text }),
    }),
  ],
  ['service-router', kind({ Routes: list(struct({ Match: routeMatch, Destination: routeDestination })) })],
  [
    'service-splitter',
    kind(
      {
        Splits: list(
          struct(
            {
              Weight: real,
              Service: text,
              ServiceSubset: text,
              Namespace: text,
              RequestHeaders: headerModifiers,
              ResponseHeaders: headerModifiers,
            },
            ['Weight'],
          ),
        ),
      },
      ['Splits'],
    ),
  ],
  ['service-intentions', kind({ Sources: list(source) })],
  [
    'ingress-gateway',
    kind(
      {
        TLS: gatewayTls,
        Listeners: list(
          struct({
            Port: int,
            Protocol: text,
            TLS: gatewayTls,
            Services: list(
              struct({
                Name: text,
                Hosts: list(text),
                TLS: gatewayTls,
                RequestHeaders: headerModifiers,
                ResponseHeaders: headerModifiers,
                MaxConnections: int,
                MaxPendingRequests: int,
                MaxConcurrentRequests: int,
                PassiveHealthCheck: any,
              }),
            ),
          }),
        ),
        Defaults: any,
      },
      ['TLS', 'Listeners'],
    ),
  ],
  [
    'terminating-gateway',
    kind({
      Services: list(
        struct({ Name: text, CAFile: text, CertFile: text, KeyFile: text, SNI: text, DisableAutoHostRewrite: bool }),
      ),
    }),
  ],
  [
    'mesh',
    kind(
      {
        TransparentProxy: struct({ MeshDestinationsOnly: bool }),
        AllowEnablingPermissiveMutualTLS: bool,
        TLS: any,
        HTTP: struct({ SanitizeXForwardedClientCert: bool }),
        Peering: struct({ PeerThroughMeshGateways: bool }),
      },
      ['TransparentProxy'],
    ),
  ],
  [
    'exported-services',
    kind({
      Services: list(
        struct({
          Name: text,
          Namespace: text,
          Consumers: list(struct({ Peer: text, Partition: text, SamenessGroup: text })),
        }),
      ),
    }),
  ],
  // What is inside these is kept as it was sent.
  ['api-gateway', kind({ Listeners: any, Status: any })],
  ['bound-api-gateway', kind({ Listeners: any, Services: any })],
  ['http-route', kind({ Parents: any, Rules: any, Hostnames: list(text), Status: any })],
  ['tcp-route', kind({ Parents: any, Services: any, Status: any })],
  ['inline-certificate', kind({ Certificate: text, PrivateKey: text })],
  [
    'jwt-provider',
    kind({
      JSONWebKeySet: any,
      Issuer: text,
      Audiences: list(text),
      Locations: any,
      Forwarding: any,
      ClockSkewSeconds: int,
      CacheConfig: any,
    }),
  ],
])
