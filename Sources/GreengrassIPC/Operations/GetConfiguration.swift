// SPDX-License-Identifier: Apache-2.0

/// The operation GetConfiguration.
public enum GetConfiguration: GreengrassIPCOperation {
    /// What is asked.
    public typealias Request = GetConfigurationRequest
    /// What is answered.
    public typealias Response = GetConfigurationResponse
    /// Its names on the wire.
    public static let descriptor = OperationDescriptor("aws.greengrass#GetConfiguration")
}

/// What GetConfiguration is asked.
public struct GetConfigurationRequest: Sendable, Hashable {
    /// The component; nil is the calling one.
    public var componentName: String?
    /// The path to the value; empty is the whole configuration.
    public var keyPath: [String]

    /// Makes a request.
    public init(componentName: String? = nil, keyPath: [String] = []) {
        self.componentName = componentName
        self.keyPath = keyPath
    }
}

extension GetConfigurationRequest: JSONWritable {
    /// Writes it as JSON.
    public func write(to writer: inout JSONWriter) throws(JSONError) {
        writer.beginObject()
        try writer.member("componentName", componentName)
        try writer.member("keyPath", keyPath)
        writer.endObject()
    }
}

/// What GetConfiguration answers.
public struct GetConfigurationResponse: Sendable, Hashable {
    /// The component.
    public var componentName: String?
    /// The value. A leaf comes wrapped in an object under its own key.
    public var value: JSONValue?

    /// Makes a response.
    public init(componentName: String? = nil, value: JSONValue? = nil) {
        self.componentName = componentName
        self.value = value
    }
}

extension GetConfigurationResponse: JSONReadable {
    /// Reads it from JSON.
    public init(from reader: inout JSONReader) throws(JSONError) {
        self.init()
        try reader.beginObject()
        while try reader.nextMember() {
            if reader.isMember("componentName") {
                componentName = try reader.readStringIfPresent()
            } else if reader.isMember("value") {
                value = try reader.readValue()
            } else {
                try reader.skipValue()
            }
        }
    }
}

extension GreengrassIPCCaller {
    /// Reads a component's configuration.
    ///
    /// - Parameters:
    ///   - componentName: The component; nil is the calling one.
    ///   - keyPath: The path to the value; empty is the whole configuration. A leaf comes wrapped in an object under
    ///     its own key.
    /// - Throws: `.resourceNotFound` when there is nothing at the path.
    public func getConfiguration(
        componentName: String? = nil,
        keyPath: [String] = []
    ) async throws(GreengrassIPCError) -> GetConfigurationResponse {
        try await call(
            GetConfiguration.self,
            GetConfigurationRequest(componentName: componentName, keyPath: keyPath)
        )
    }
}
