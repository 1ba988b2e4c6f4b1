// SPDX-License-Identifier: Apache-2.0

extension SecretValue {
    /// The secret as text: a text as it is, bytes when they are UTF-8; nil for any other.
    public var text: String? {
        switch self {
        case .secretString(let text): text
        case .secretBinary(let bytes): String(validating: bytes, as: UTF8.self)
        case .unknown: nil
        }
    }

    /// The secret as bytes: those of a text are its UTF-8.
    public var bytes: [UInt8]? {
        switch self {
        case .secretString(let text): Array(text.utf8)
        case .secretBinary(let bytes): bytes
        case .unknown: nil
        }
    }

    /// The secret as JSON; nil when it is none. Unlike this type, the value shows what it holds when it is printed.
    public var json: JSONValue? { bytes.flatMap { try? JSONValue(jsonBytes: $0) } }
}

// Secrets in the three forms that people use: text, JSON, bytes.
extension GreengrassIPCCaller {
    /// Reads a secret that is text.
    ///
    /// - Parameters:
    ///   - id: The secret's name or ARN.
    ///   - stage: The stage of the secret; nil is `AWSCURRENT`.
    ///   - refresh: True asks the cloud first.
    /// - Throws: as ``getSecretValue(secretId:versionId:versionStage:refresh:)``, `.serviceError` on nucleus lite, which
    ///   does not have the operation; `.invalidResponse` when the secret is no text.
    public func secretText(
        _ id: String,
        stage: String? = nil,
        refresh: Bool? = nil
    ) async throws(GreengrassIPCError) -> String {
        try await secret(id, stage, refresh, "text in UTF-8", \.text)
    }

    /// Reads a secret that is bytes, or the UTF-8 of one that is text.
    ///
    /// - Throws: as ``secretText(_:stage:refresh:)``.
    public func secretBytes(
        _ id: String,
        stage: String? = nil,
        refresh: Bool? = nil
    ) async throws(GreengrassIPCError) -> [UInt8] {
        try await secret(id, stage, refresh, "text or bytes", \.bytes)
    }

    /// Reads a secret that is JSON, as those are that AWS Secrets Manager keeps for databases.
    ///
    /// - Throws: as ``secretText(_:stage:refresh:)``, `.invalidResponse` when the secret is not JSON.
    public func secretJSON(
        _ id: String,
        stage: String? = nil,
        refresh: Bool? = nil
    ) async throws(GreengrassIPCError) -> JSONValue {
        try await secret(id, stage, refresh, "JSON", \.json)
    }

    private func secret<Value>(
        _ id: String,
        _ stage: String?,
        _ refresh: Bool?,
        _ kind: String,
        _ read: (SecretValue) -> Value?
    ) async throws(GreengrassIPCError) -> Value {
        let response = try await getSecretValue(secretId: id, versionStage: stage, refresh: refresh)
        if let value = read(response.secretValue) { return value }
        throw GreengrassIPCError(
            .invalidResponse,
            "the secret is not \(kind)",
            operation: GetSecretValue.descriptor.name
        )
    }
}
