package io.agentruntime.json;

/** The grammar of UTF-8. */
final class Utf8 {

    private Utf8() {}

    /**
     * Checks a sequence of two to four bytes by the table of RFC 3629, section 4.
     *
     * @param lead its first byte, unsigned
     * @param second where its second byte is
     * @param end where the input ends
     * @return where the next character begins; the complement of the position that is wrong when it is invalid
     */
    static int skip(byte[] in, int lead, int second, int end) {
        int low = 0x80;
        int high = 0xbf;
        int more;
        if (lead >= 0xc2 && lead <= 0xdf) {
            more = 1;
        } else if (lead >= 0xe0 && lead <= 0xef) {
            more = 2;
            low = lead == 0xe0 ? 0xa0 : low; // overlong
            high = lead == 0xed ? 0x9f : high; // surrogates
        } else if (lead >= 0xf0 && lead <= 0xf4) {
            more = 3;
            low = lead == 0xf0 ? 0x90 : low; // overlong
            high = lead == 0xf4 ? 0x8f : high; // above U+10FFFF
        } else {
            return ~(second - 1);
        }
        int p = second;
        for (int i = 0; i < more; i++, p++) {
            if (p >= end || (in[p] & 0xff) < low || (in[p] & 0xff) > high) {
                return ~p;
            }
            low = 0x80;
            high = 0xbf;
        }
        return p;
    }
}
