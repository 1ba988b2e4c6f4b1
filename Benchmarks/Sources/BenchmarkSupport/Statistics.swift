// SPDX-License-Identifier: Apache-2.0

internal import CBaseline

/// Figures out of samples.
package struct Samples {
    private let sorted: [Double]

    package init(_ values: [Double]) {
        sorted = values.sorted()
    }

    /// The smallest value that `share` of the samples do not pass.
    package func percentile(_ share: Double) -> Double {
        guard !sorted.isEmpty else { return .nan }
        return sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]
    }

    package var median: Double { percentile(0.5) }
}

/// Nanoseconds for one run of `body`, which runs `count` times in each of a number of batches: the median batch.
package func nanosecondsEach(count: Int, batches: Int = 15, _ body: () -> Void) -> Double {
    var samples: [Double] = []
    for _ in 0...batches {
        let started = baseline_now()
        for _ in 0..<count { body() }
        samples.append(Double(baseline_now() - started) / Double(count))
    }
    // The first warms up.
    return Samples(Array(samples.dropFirst())).median
}

/// A number in a column: `places` digits after the point, `width` characters in all.
package func column(_ value: Double, _ places: Int = 0, width: Int = 10) -> String {
    var factor = 1.0
    for _ in 0..<places { factor *= 10 }
    let scaled = value * factor
    guard scaled.magnitude < 1e15 else { return pad("-", width) }
    var digits = String(Int(scaled.magnitude + 0.5))
    if places > 0 {
        while digits.count <= places { digits = "0" + digits }
        digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -places))
    }
    return pad((scaled < 0 ? "-" : "") + digits, width)
}

/// Text at the right edge of a column.
package func pad(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
}

/// Keeps the compiler from leaving out what made the value.
@inline(never)
package func use<Value>(_ value: Value) {}
