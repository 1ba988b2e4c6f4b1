// SPDX-License-Identifier: Apache-2.0

/// The secrets that the device's secret manager has.
struct SecretStore: Sendable {
    static let current = "AWSCURRENT"
    private(set) var secrets: [SimulatedSecret] = []
    var region = "us-east-1"

    /// Adds a secret, or replaces the one of that name.
    mutating func set(_ secret: SimulatedSecret) {
        remove(secret.name)
        secrets.append(secret)
    }

    mutating func remove(_ name: String) { secrets.removeAll { $0.name == name } }

    func arn(of secret: SimulatedSecret) -> String {
        secret.arn ?? "arn:aws:secretsmanager:\(region):123456789012:secret:\(secret.name)-abcdef"
    }

    /// The secret that is asked for by its name or full name.
    func find(_ identifier: String) -> SimulatedSecret? {
        secrets.first { $0.name == identifier || arn(of: $0) == identifier }
    }

    /// Whether a text looks like a secret's full name.
    static func isARN(_ text: String) -> Bool {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count >= 7 && parts[0] == "arn" && parts[2] == "secretsmanager" && parts[5] == "secret"
            && !parts[6].isEmpty
    }

    /// The version that is asked for, or what the secret manager says instead.
    ///
    /// - Parameters:
    ///   - secret: the secret; `nil` if nobody configured it.
    ///   - identifier: how it was asked for.
    static func version(
        of secret: SimulatedSecret?,
        called identifier: String,
        id: String?,
        stage: String?
    ) -> Result<SimulatedSecret.Version, Missing> {
        guard let secret, !secret.versions.isEmpty else {
            return .failure(Missing(text: "Secret not found \(identifier)"))
        }
        if let id {
            let version = secret.versions.first { $0.id == id }
            return version.map { .success($0) }
                ?? .failure(Missing(text: "Version Id \(id) not found for secret \(identifier)"))
        }
        let stage = stage ?? current
        let version = secret.versions.first { $0.stages.contains(stage) }
        return version.map { .success($0) }
            ?? .failure(Missing(text: "Version stage \(stage) not found for secret \(identifier)"))
    }

    struct Missing: Error, Equatable {
        var text: String
    }
}
