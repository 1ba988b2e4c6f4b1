// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

/// Which of the two nuclei the simulator speaks and behaves like.
///
/// They serve the same operations and punish different mistakes, so a component that is to run on both is tested
/// with both.
public enum Dialect: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    /// The Java nucleus, `aws.greengrass.Nucleus`.
    ///
    /// Stream identifiers without a gap, TERMINATE on the reply of a one-shot call, errors with both texts, JSON
    /// escaped for HTML, and a filter that is forgotten only with the broker's UNSUBACK.
    case classic
    /// The nucleus in C, `aws.greengrass.NucleusLite`.
    ///
    /// Messages of 10 000 bytes at most, header types 4 and 7 only, no TERMINATE on replies, errors with `_message`
    /// alone, and a closed socket where the other one explains itself.
    case lite

    /// `classic` or `lite`.
    public var description: String { rawValue }

    /// The component under whose name the nucleus keeps its own configuration.
    var nucleusComponent: String {
        switch self {
        case .classic: "aws.greengrass.Nucleus"
        case .lite: "aws.greengrass.NucleusLite"
        }
    }

    /// What the nucleus tells components in `GGC_VERSION`.
    var version: String {
        switch self {
        case .classic: "2.18.0"
        case .lite: "2.6.0"
        }
    }

    /// Bytes that may follow the twelve of a message's prelude when a client sends it.
    var inboundLimit: Int {
        switch self {
        case .classic: 25_165_824 - 12
        case .lite: 10_000
        }
    }

    /// Bytes of a whole message that the nucleus can send.
    var outboundLimit: Int {
        switch self {
        case .classic: 25_165_824
        case .lite: 10_000
        }
    }

    /// Flags of the reply that completes a one-shot call.
    var oneShotFlags: Int32 {
        switch self {
        case .classic: MessageFlags.terminateStream
        case .lite: 0
        }
    }
}
