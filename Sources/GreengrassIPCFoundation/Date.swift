// SPDX-License-Identifier: Apache-2.0

public import FoundationEssentials
public import GreengrassIPC

extension Timestamp {
    /// The point in time of a date, rounded to milliseconds; one beyond what 64 bits of them hold becomes the last.
    public init(_ date: Date) {
        let milliseconds = (date.timeIntervalSince1970 * 1000).rounded()
        self.init(
            millisecondsSince1970: Int64(exactly: milliseconds) ?? (milliseconds < 0 ? Int64.min : Int64.max)
        )
    }
}

extension Date {
    /// The date of a point in time.
    public init(_ timestamp: Timestamp) {
        self.init(timeIntervalSince1970: Double(timestamp.millisecondsSince1970) / 1000)
    }
}
