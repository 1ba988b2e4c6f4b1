// SPDX-License-Identifier: Apache-2.0

import CommandArguments
import GreengrassIPCTesting

/// What `--fault` takes: `NAME[=VALUE][@POINT][:TIMES]`.
struct FaultOption: Sendable, Hashable {
    var fault: Fault
    var point: FaultPoint
    var times = 1

    private static let names = [
        "late", "split", "corrupt", "oversized", "truncated", "no-reply", "event-before-response", "refused-token",
    ]

    static let help = """
        let something go wrong: NAME[=VALUE][@POINT][:TIMES]. NAME: late=MILLISECONDS, split, corrupt,
        oversized, truncated, no-reply, event-before-response or refused-token. POINT: connect, event,
        or an operation, whose reply it strikes; else the next message. TIMES: how often, once unless set
        """

    init(_ text: String) throws(UsageError) {
        var rest = text[...]
        if let colon = rest.lastIndex(of: ":") {
            guard let number = Int(rest[rest.index(after: colon)...]), (1...1_000_000).contains(number) else {
                throw UsageError("--fault \(text): expected how often, 1 or more, behind the colon")
            }
            times = number
            rest = rest[..<colon]
        }
        var point: FaultPoint?
        if let at = rest.firstIndex(of: "@") {
            let name = String(rest[rest.index(after: at)...])
            switch name {
            case "connect": point = .connect
            case "event": point = .event
            default: point = .reply(to: try ClientOptions.operation(name))
            }
            rest = rest[..<at]
        }
        let parts = rest.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        fault = try Self.fault(parts[0], parts.count == 2 ? parts[1] : nil, text)
        switch fault {
        case .refuseConnect: self.point = .connect
        default: self.point = point ?? .nextFrame
        }
    }

    private static func fault(_ name: String, _ value: String?, _ text: String) throws(UsageError) -> Fault {
        if name == "late" {
            guard let milliseconds = value.flatMap({ Int($0) }), (0...3_600_000).contains(milliseconds) else {
                throw UsageError("--fault \(text): expected late=MILLISECONDS")
            }
            return .replyLate(.milliseconds(milliseconds))
        }
        guard value == nil else { throw UsageError("--fault \(text): \(name) takes no value") }
        switch name {
        case "split": return .splitEveryByte
        case "corrupt": return .corruptChecksum
        case "oversized": return .oversizedLength
        case "truncated": return .closeMidFrame
        case "no-reply": return .noReply
        case "event-before-response": return .eventBeforeResponse
        case "refused-token": return .refuseConnect
        default: throw Suggestion.unknown("fault", name, among: names)
        }
    }
}
