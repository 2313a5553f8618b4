// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.operations;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfirmationTest {

    private static final Map<String, String> GIVEN =
            Map.of("Holdfast-Confirm", "terminate", "Host", "locks.example.com:8443");

    private static boolean isGivenWith(String header, String value) {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.putAll(GIVEN);
        headers.put(header, value);
        return Confirmation.isGiven(headers::get);
    }

    @ParameterizedTest
    @CsvSource({
        "Accept, */*, true",
        "Holdfast-Confirm, '', false",
        "Holdfast-Confirm, yes, false",
        "Holdfast-Confirm, 'terminate,terminate', false",
        "Sec-Fetch-Site, same-origin, true",
        "Sec-Fetch-Site, none, true",
        "Sec-Fetch-Site, same-site, false",
        "Sec-Fetch-Site, cross-site, false",
        "Sec-Fetch-Site, 'same-origin,cross-site', false",
        "Origin, https://locks.example.com:8443, true",
        "Origin, http://LOCKS.example.com:8443, true",
        "Origin, https://locks.example.com, false",
        "Origin, https://evil.example.com:8443, false",
        "Origin, https://locks.example.com:8443.evil.example.com, false",
        "Origin, null, false",
        "Content-Type, application/json, true",
        "Content-Type, application/x-www-form-urlencoded, false",
        "Content-Type, 'Multipart/Form-Data; boundary=x', false",
        "Content-Type, text/plain;charset=UTF-8, false"
    })
    @DisplayName("a request is confirmed by its header, unless it is a form or comes from a page of a different origin")
    void shouldBeGivenOnPurposeOnly(String header, String value, boolean expected) {
        assertEquals(expected, isGivenWith(header, value));
    }

    @ParameterizedTest
    @CsvSource({"same-origin, https://public.example.com, true", "cross-site, https://locks.example.com:8443, false"})
    @DisplayName("a browser that reports where a page is from is believed, because a proxy may change the host")
    void shouldBelieveTheBrowser(String site, String origin, boolean expected) {
        Map<String, String> headers = new HashMap<>(GIVEN);
        headers.put("Sec-Fetch-Site", site);
        headers.put("Origin", origin);

        assertEquals(expected, Confirmation.isGiven(headers::get));
    }

    @ParameterizedTest
    @CsvSource({"Holdfast-Confirm, false", "Host, true"})
    @DisplayName("without its header no request is confirmed")
    void shouldNeedTheHeader(String missing, boolean expected) {
        Map<String, String> headers = new HashMap<>(GIVEN);
        headers.remove(missing);

        assertEquals(expected, Confirmation.isGiven(headers::get));
    }
}
