// SPDX-License-Identifier: Apache-2.0

/// The client devices that are known, their sessions, and the streams that get certificates.
struct ClientDeviceStore: Sendable {
    private var devices: [String: SimulatedClientDevice] = [:]
    /// Things by token.
    private var sessions: [String: String] = [:]
    private(set) var streams: [Stream] = []

    struct Stream: Sendable {
        var key: StreamKey
        var component: String
        /// Made once for a stream; a new certificate has the same.
        var privateKey: String
        var publicKey: String
    }

    mutating func set(_ device: SimulatedClientDevice) { devices[device.thing] = device }

    mutating func remove(_ thing: String) {
        devices[thing] = nil
        sessions = sessions.filter { $0.value != thing }
    }

    func device(withCertificate certificate: String) -> SimulatedClientDevice? {
        devices.values.first { $0.certificate == certificate }
    }

    /// Remembers a token for a device that has shown its certificate; false if there is no such device.
    mutating func open(_ token: String, thing: String, certificate: String) -> Bool {
        guard devices[thing]?.certificate == certificate else { return false }
        sessions[token] = thing
        return true
    }

    /// Whether the device of a token may do something; `nil` if there is no such token.
    func allows(_ token: String, _ operation: String, on resource: String) -> Bool? {
        guard let thing = sessions[token] else { return nil }
        return devices[thing]?.permissions.contains { permission in
            permission.operations.contains { $0 == "*" || $0 == operation }
                && permission.resources.contains { ResourcePattern.matches($0, resource) }
        } ?? false
    }

    mutating func add(_ stream: Stream) { streams.append(stream) }

    mutating func forget(_ isGone: (StreamKey) -> Bool) {
        if !streams.isEmpty { streams.removeAll { isGone($0.key) } }
    }

    /// Sessions and streams end; the devices are known as before.
    mutating func restart() {
        sessions.removeAll()
        streams.removeAll()
    }
}
