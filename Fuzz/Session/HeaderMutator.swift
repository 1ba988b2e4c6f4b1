// SPDX-License-Identifier: Apache-2.0

/// libFuzzer's own mutations.
@_silgen_name("LLVMFuzzerMutate")
private func mutateBytes(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ capacity: Int) -> Int

/// Every other time sets one of the headers that decide what a frame is; a random change of a byte hardly ever does.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutateSession(
    _ bytes: UnsafeMutablePointer<UInt8>,
    _ count: Int,
    _ capacity: Int,
    _ seed: UInt32
) -> Int {
    guard seed & 1 == 0 else { return mutateBytes(bytes, count, capacity) }
    let choice = seed >> 1
    let values = headerValues(UnsafeBufferPointer(start: bytes, count: count))
    guard !values.isEmpty else { return mutateBytes(bytes, count, capacity) }
    // The last byte of four: message types end at 7, flags at 3, streams at 3.
    bytes[values[Int(choice) % values.count] + 3] = UInt8(truncatingIfNeeded: choice >> 16) % 9
    return count
}

/// Where the values of int32 headers whose names begin with a colon lie.
private func headerValues(_ bytes: UnsafeBufferPointer<UInt8>) -> [Int] {
    var places: [Int] = []
    var index = 0
    while index + 2 < bytes.count {
        let length = Int(bytes[index])
        let type = index + 1 + length
        if length > 5, bytes[index + 1] == UInt8(ascii: ":"), type + 4 < bytes.count, bytes[type] == 4 {
            places.append(type + 1)
            index = type + 5
        } else {
            index += 1
        }
    }
    return places
}
