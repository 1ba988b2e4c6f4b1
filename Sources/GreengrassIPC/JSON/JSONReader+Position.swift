// SPDX-License-Identifier: Apache-2.0

extension JSONReader {
    /// The offset of the next byte to be read; white space may come first.
    ///
    /// With ``nextKind()`` before a value and ``skipValue()`` over it, this tells where the value's text lies.
    package var offset: Int { position }
}
