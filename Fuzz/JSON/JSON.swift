// SPDX-License-Identifier: Apache-2.0

import FuzzSupport
import GreengrassIPC

/// A value that was read, written and read again is the same value.
private func checkRoundTrip<Value: JSONReadable & JSONWritable & Equatable>(_ type: Value.Type, _ bytes: [UInt8]) {
    guard let value = try? Value(jsonBytes: bytes) else { return }
    guard let written = try? value.jsonBytes() else {
        return check(false, "what was read can be written")
    }
    guard let again = try? Value(jsonBytes: written) else {
        return check(false, "what was written can be read")
    }
    check(again == value, "a value is read as it was written")
}

/// What the fuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzJSON(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Input.bytes(start, count)
    checkRoundTrip(JSONValue.self, bytes)
    checkRoundTrip(SubscribeToIoTCoreRequest.self, bytes)
    _ = try? IoTCoreMessage(jsonBytes: bytes)
    _ = try? GetConfigurationResponse(jsonBytes: bytes)
    return 0
}
