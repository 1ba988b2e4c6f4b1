// SPDX-License-Identifier: Apache-2.0

import FuzzSupport

@testable import TunnelComponent

/// What is let through ends in the arguments and the configuration of a program: it must be harmless, whatever came.
private func checkAccepted(_ notification: TunnelNotification) {
    let token = notification.accessToken.exposedValue.utf8
    check((1...AccessToken.maximumLength).contains(token.count), "the token's length is bounded")
    check(token.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"#\"'\\".utf8.contains($0) }, "the token is visible ASCII")
    check(isWord(notification.region, longest: 64), "the region is a word")
    check((1...3).contains(notification.services.count), "there are one to three services")
    check(Set(notification.services).count == notification.services.count, "services differ")
    check(notification.services.allSatisfy { isWord($0, longest: 128) }, "each service is a word")
    check(!"\(notification)".contains(notification.accessToken.exposedValue) || token.count < 16, "the token is hidden")
}

private func isWord(_ text: String, longest: Int) -> Bool {
    (1...longest).contains(text.utf8.count)
        && text.utf8.allSatisfy {
            $0 < 0x80
                && (Character(UnicodeScalar($0)).isLetter || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x5F)
        }
}

/// What the fuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzNotification(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do throws(Refusal) {
        checkAccepted(try TunnelNotification(payload: Input.bytes(start, count)))
    } catch {
        check(error.text.utf8.count < 1000, "a refusal's text is bounded")
    }
    return 0
}
