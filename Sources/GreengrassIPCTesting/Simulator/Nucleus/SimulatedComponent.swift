// SPDX-License-Identifier: Apache-2.0

public import GreengrassIPC

/// A component that the simulated nucleus knows.
///
/// One that is called `greengrass-cli#user-1000`, or with another number, is no component but the command line
/// interface of that person: it may list, restart, stop and deploy, and cancel deployments, which no component may.
public struct SimulatedComponent: Sendable {
    /// The component's name, `com.example.Something`.
    public var name: String
    /// What it authenticates with: 16 characters. `nil` lets the simulator make one up.
    public var token: String?
    /// Its configuration, an object. `accessControl` in it is what the component may do, in a recipe's form.
    public var configuration: JSONValue
    /// Whether its rights are those of its `accessControl`.
    public var access: AccessPolicy
    /// Its version: three numbers.
    public var version: String
    /// Where it is in its life at first.
    public var state: State

    /// A component.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - token: its token, 16 characters; `nil` for one that is made up.
    ///   - configuration: its configuration, `accessControl` included.
    ///   - access: where its rights come from. By default it may do everything if its configuration has no
    ///     `accessControl`; a real nucleus would allow it next to nothing then.
    ///   - version: its version: three numbers.
    ///   - state: where it is in its life at first.
    public init(
        name: String,
        token: String? = nil,
        configuration: JSONValue = [:],
        access: AccessPolicy = .everythingUnlessConfigured,
        version: String = "1.0.0",
        state: State = .running
    ) {
        self.name = name
        self.token = token
        self.configuration = configuration
        self.access = access
        self.version = version
        self.state = state
    }
}

extension Dialect {
    /// A fresh token in the alphabet that this nucleus uses.
    func makeToken(using generator: inout some RandomNumberGenerator) -> String {
        let alphabet: String.UTF8View
        switch self {
        case .classic: alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345".utf8
        case .lite: alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
        }
        let letters = Array(alphabet)
        let token = (0..<16).map { _ in letters[Int.random(in: letters.indices, using: &generator)] }
        return String(decoding: token, as: UTF8.self)
    }
}
