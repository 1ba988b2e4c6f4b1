// SPDX-License-Identifier: Apache-2.0

public import GreengrassIPC

/// A component that the simulated nucleus knows.
public struct SimulatedComponent: Sendable {
    /// The component's name, `com.example.Something`.
    public var name: String
    /// What it authenticates with: 16 characters. `nil` lets the simulator make one up.
    public var token: String?
    /// Its configuration, an object. `accessControl` in it is what the component may do, in a recipe's form.
    public var configuration: JSONValue
    /// Whether its rights are those of its `accessControl`.
    public var access: AccessPolicy

    /// A component.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - token: its token, 16 characters; `nil` for one that is made up.
    ///   - configuration: its configuration, `accessControl` included.
    ///   - access: where its rights come from. By default it may do everything if its configuration has no
    ///     `accessControl`; a real nucleus would allow it next to nothing then.
    public init(
        name: String,
        token: String? = nil,
        configuration: JSONValue = [:],
        access: AccessPolicy = .everythingUnlessConfigured
    ) {
        self.name = name
        self.token = token
        self.configuration = configuration
        self.access = access
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
