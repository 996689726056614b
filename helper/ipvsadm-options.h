/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_IPVSADM_OPTIONS_H
#define GIPT_IPVSADM_OPTIONS_H

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * The options of ipvsadm 1.31: which there are, and which go together. Private to the module.
 */

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Options without a short form, numbered beside the characters of the others.
 */
enum IpvsadmLongOption : int
{
    SET = 256,
    TIMEOUT,
    DAEMON,
    STATS,
    RATE,
    THRESHOLDS,
    PERSISTENT_CONN,
    NO_SORT,
    SORT,
    TUN_INFO,
    TUN_TYPE,
    OTHER ///< nothing that the models have
};

/**
 * @ingroup global-ip-tunneling
 * @brief An option of ipvsadm 1.31; the commands are options, too.
 */
struct IpvsadmOption
{
    /** What stands behind an option. */
    enum class Value : uint8_t
    {
        NONE,    ///< nothing
        ONE,     ///< a value
        OPTIONAL ///< a value unless another option follows
    };

    int id;               ///< short form, or one of LongOption
    const char* name;     ///< long form
    Value value;          ///< what stands behind it
    const char* commands; ///< short forms of the commands it goes with, null for a command
    const char* missing;  ///< what is to be said of it when the models do not have it

    /**
     * @brief How it is written.
     * @return "-w" or "--tun-type"
     */
    std::string Spell() const
    {
        return id < SET ? std::string("-") + static_cast<char>(id) : std::string("--") + name;
    }

    /**
     * @brief Short form of a command.
     * @return the character, "T" for --set and "L" for -l
     */
    char GetLetter() const
    {
        return id == SET ? 'T' : id == 'l' ? 'L' : static_cast<char>(id);
    }

    /**
     * @brief Whether an option goes with a command.
     * @param command the command
     * @return true when it does
     */
    bool GoesWith(const IpvsadmOption& command) const
    {
        return commands && std::strchr(commands, command.GetLetter());
    }
};

/**
 * @ingroup global-ip-tunneling
 * @brief A command line, told apart into options, their values and what is neither.
 */
struct IpvsadmOptions
{
    /** An option as it was given. */
    struct Given
    {
        const IpvsadmOption* option; ///< which
        std::string value;           ///< its value, empty when there is none
    };

    /**
     * @brief Read arguments as popt does for ipvsadm, and check that they go together.
     * @param arguments the arguments
     * @return true when they were read; else error says why not
     */
    bool Read(const std::vector<std::string>& arguments);

    std::vector<Given> options;    ///< the options as given, the command first
    std::vector<std::string> rest; ///< what is no option
    std::string error;             ///< why they were refused: "what, expected what"

  private:
    /** An argument. */
    using Place = std::vector<std::string>::const_iterator;

    /**
     * @brief Read a word of short options, such as "-Ln" or "-w4".
     * @param word the word
     * @param[in,out] next the argument that follows
     * @param end end of the arguments
     * @return true when it was read
     */
    bool ReadShort(const std::string& word, Place& next, Place end);

    /**
     * @brief Read a long option, such as "--weight" or "--weight=4".
     * @param word the word
     * @param[in,out] next the argument that follows
     * @param end end of the arguments
     * @return true when it was read
     */
    bool ReadLong(const std::string& word, Place& next, Place end);

    /**
     * @brief Take an option with its value.
     * @param option the option, null when there is none of that name
     * @param spelling how it was written
     * @param attached what was written in the same word, empty for nothing
     * @param[in,out] next the argument that follows
     * @param end end of the arguments
     * @return true when it was taken
     */
    bool Take(const IpvsadmOption* option,
              const std::string& spelling,
              const std::string& attached,
              Place& next,
              Place end);

    /**
     * @brief Check that the options go together.
     * @return true when they do
     */
    bool Check();

    /**
     * @brief Whether an option was given.
     * @param id the option, -t for any service
     * @return true when it was
     */
    bool Has(int id) const;

    /**
     * @brief Find two options of a listing that exclude each other.
     * @return such as "-c and --stats", empty when there are none
     */
    std::string FindConflict() const;
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_IPVSADM_OPTIONS_H
