// SPDX-License-Identifier: Apache-2.0

/// A secret that the simulated device has, with its versions.
public struct SimulatedSecret: Sendable, Hashable {
    /// Its friendly name.
    public var name: String
    /// Its full name; `nil` for one that is made of the region, the account 123456789012, the name and `abcdef`.
    public var arn: String?
    /// Its versions. A secret without any is configured, but was never fetched.
    public var versions: [Version]

    /// What a secret was at some time.
    public struct Version: Sendable, Hashable {
        /// A UUID, in general.
        public var id: String
        /// The labels that point at it: `AWSCURRENT`, `AWSPREVIOUS`, or the owner's own.
        public var stages: [String]
        /// What is kept secret.
        public var value: Value

        /// A version.
        public init(id: String, stages: [String] = [], value: Value) {
            self.id = id
            self.stages = stages
            self.value = value
        }
    }

    /// What is kept secret.
    public enum Value: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible {
        /// A text, which may be JSON.
        case string(String)
        /// Bytes.
        case binary([UInt8])

        /// Of which kind it is; never what it is.
        public var description: String {
            switch self {
            case .string: "a secret text"
            case .binary: "secret bytes"
            }
        }

        /// As ``description``.
        public var debugDescription: String { description }
    }

    /// A secret with versions.
    public init(name: String, arn: String? = nil, versions: [Version]) {
        self.name = name
        self.arn = arn
        self.versions = versions
    }

    /// A secret that has one version, the current one.
    public init(name: String, _ value: Value) {
        let version = Version(id: "11111111-1111-4111-8111-111111111111", stages: [SecretStore.current], value: value)
        self.init(name: name, versions: [version])
    }
}
