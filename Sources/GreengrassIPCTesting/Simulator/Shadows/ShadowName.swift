// SPDX-License-Identifier: Apache-2.0

/// Which shadow of which thing.
struct ShadowName: Sendable, Hashable {
    var thing: String
    /// `nil` for the unnamed shadow, which is called the classic one.
    var shadow: String?

    /// An empty name is that of the unnamed shadow.
    init(thing: String, shadow: String?) {
        self.thing = thing
        self.shadow = shadow?.isEmpty == false ? shadow : nil
    }

    /// What a policy names, and what its topics begin with.
    var resource: String { "$aws/things/\(thing)/shadow" + (shadow.map { "/name/\($0)" } ?? "") }

    /// Why no shadow can have this name.
    var objection: String? {
        Self.objection(to: thing, "ThingName", limit: 128)
            ?? shadow.flatMap { Self.objection(to: $0, "ShadowName", limit: 64) }
    }

    static func objection(to name: String, _ what: String, limit: Int) -> String? {
        if name.isEmpty { return "\(what) is missing" }
        if name.utf8.count > limit { return "\(what) has a maximum length of \(limit)" }
        let isWellFormed = name.utf8.allSatisfy { character in
            switch character {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: ":"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        return isWellFormed ? nil : "\(what) must match pattern [a-zA-Z0-9:_-]+"
    }

    /// The shadow and the operation that a publication on a local topic asks for; `nil` if it asks for none.
    static func request(topic: String) -> (name: ShadowName, verb: ShadowVerb)? {
        guard topic.hasPrefix("$aws/things/") else { return nil }
        let levels = topic.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard levels.count >= 5, levels[3] == "shadow", let verb = levels.last.flatMap(ShadowVerb.init(rawValue:))
        else { return nil }
        switch levels.count {
        case 5: return (ShadowName(thing: levels[2], shadow: nil), verb)
        case 7 where levels[4] == "name": return (ShadowName(thing: levels[2], shadow: levels[5]), verb)
        default: return nil
        }
    }
}

/// What can be done with one shadow, as its topics call it.
enum ShadowVerb: String, Sendable {
    case get
    case update
    case delete
}
