// SPDX-License-Identifier: Apache-2.0

/// The standard library's `contains` and `replacing` for texts are part of its regular expressions: with one call of
/// either the binary grows by more than a megabyte.
extension String {
    func mentions(_ text: String) -> Bool { self[...].firstPlace(of: text) != nil }

    /// This text with another in each place of `text`, from the left.
    func replacingEach(_ text: String, with other: String) -> String {
        var result = ""
        var rest = self[...]
        while let place = rest.firstPlace(of: text) {
            result += rest[..<place.lowerBound] + other
            rest = rest[place.upperBound...]
        }
        return result + rest
    }
}

extension Substring {
    /// - Parameter text: not empty.
    fileprivate func firstPlace(of text: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            formIndex(after: &start)
        }
        return nil
    }
}
