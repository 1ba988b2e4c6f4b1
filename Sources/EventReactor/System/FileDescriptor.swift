// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A file descriptor with one owner, closed when the owner lets go of it.
package struct FileDescriptor: ~Copyable {
    package let number: Int32

    /// Takes over a descriptor that nobody else will close.
    package init(owning number: Int32) {
        self.number = number
    }

    /// No descriptor: its number is -1.
    package static var none: FileDescriptor { FileDescriptor(owning: -1) }

    deinit {
        guard number >= 0 else { return }
        // Not retried: Linux has released the number even where close reports EINTR.
        _ = Glibc.close(number)
    }
}
