// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

extension GreengrassIPCCaller {
    /// Reads one value of a component's configuration, without the object that a nucleus wraps a leaf in.
    ///
    /// - Parameters:
    ///   - keyPath: The path to the value; empty means all.
    ///   - component: The component; nil is the calling one.
    /// - Returns: nil when there is nothing at the path.
    /// - Throws: as ``getConfiguration(componentName:keyPath:)``, but not for a path that leads nowhere.
    public func configurationValue(
        at keyPath: [String] = [],
        ofComponent component: String? = nil
    ) async throws(GreengrassIPCError) -> JSONValue? {
        // A leaf comes as an object under its own key, a container as it is: what lies around the value tells which.
        let value: JSONValue?
        do throws(GreengrassIPCError) {
            value = try await getConfiguration(componentName: component, keyPath: keyPath.dropLast()).value
        } catch  where error.code == .resourceNotFound {
            return nil
        }
        return keyPath.last.map { value?[$0] } ?? value
    }

    /// Merges an object into the calling component's configuration, as of now.
    ///
    /// - Parameters:
    ///   - value: An object; what it does not name stays.
    ///   - keyPath: The path of the container that it is merged into; empty means the whole configuration.
    /// - Throws: as ``updateConfiguration(keyPath:timestamp:valueToMerge:)``.
    public func mergeConfiguration(_ value: JSONValue, at keyPath: [String] = []) async throws(GreengrassIPCError) {
        try await updateConfiguration(
            keyPath: keyPath.isEmpty ? nil : keyPath,
            timestamp: Timestamp(millisecondsSince1970: WallClock.milliseconds()),
            valueToMerge: value
        )
    }

    /// Hands a value of a component's configuration to `body`, at once and after each change, until the task is
    /// cancelled.
    ///
    /// Changes that are undone before they were read are not seen; after a lost connection the value is read again.
    ///
    /// - Parameters:
    ///   - keyPath: The path to the value; empty means all. Some nuclei refuse one that leads nowhere.
    ///   - component: The component; nil is the calling one.
    ///   - body: Gets the value; nil when there is none any more.
    /// - Throws: as ``getConfiguration(componentName:keyPath:)``, and whatever `body` throws, which ends it.
    public func watchConfiguration(
        at keyPath: [String] = [],
        ofComponent component: String? = nil,
        _ body: (JSONValue?) async throws -> Void
    ) async throws {
        try await subscribeToConfigurationUpdate(componentName: component, keyPath: keyPath) { updates in
            var latest = try await configurationValue(at: keyPath, ofComponent: component)
            try await body(latest)
            for try await _ in updates.withGaps {
                let value = try await configurationValue(at: keyPath, ofComponent: component)
                guard value != latest else { continue }
                latest = value
                try await body(value)
            }
        }
    }
}
